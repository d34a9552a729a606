"""Nothing that a command started outlives the program, whatever ends the program."""

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import left_behind
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from left_behind import GOES, STAYS, becomes, begin, carrying, gone, new_token, read_until_all

from tui.engine import orphans, watcher
from tui.engine.oc import OcRunner
from tui.engine.ports import Command, Ending, Exited, Line
from tui.engine.watcher import WATCHER, Watcher

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what is left is told by /proc")

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def token() -> Iterator[str]:
    made = new_token()
    yield made
    for pid in carrying(made):
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM, signal.SIGSEGV])
def test_nothing_is_left_when_the_program_is_ended(token: str, end: signal.Signals) -> None:
    with begin(STAYS, token) as program:
        mark, pids = read_until_all(program)
        assert len(pids) == 5
        assert set(pids) <= set(carrying(token))
        assert len(left_behind.watchers(mark)) == 1
        program.send_signal(end)
        assert program.wait(timeout=60) == -end
        assert all(gone(pid) for pid in pids)
    assert becomes(lambda: not carrying(token))
    assert becomes(lambda: not left_behind.watchers(mark))


IN_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(int(sys.argv[1]), termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-c", *sys.argv[2:]])
"""


def test_nothing_is_left_when_the_terminal_is_closed(token: str) -> None:
    terminal, inside = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", IN_TERMINAL, str(inside), left_behind.PROGRAM, token, STAYS],
        cwd=left_behind.ROOT,
        text=True,
        stdout=subprocess.PIPE,
        pass_fds=[inside],
        start_new_session=True,
    ) as program:
        os.close(inside)
        _, pids = read_until_all(program)
        os.close(terminal)
        assert program.wait(timeout=60) == -signal.SIGHUP
        assert all(gone(pid) for pid in pids)
    assert becomes(lambda: not carrying(token))


def test_what_a_command_left_on_purpose_ends_with_the_program(token: str) -> None:
    with begin(GOES, token) as program:
        read_until_all(program)
        assert program.wait(timeout=60) == 0
    assert becomes(lambda: not carrying(token))


def test_a_watcher_that_was_killed_is_replaced_and_knows_what_runs(token: str) -> None:
    with begin(STAYS, token) as program:
        mark, _ = read_until_all(program)
        (first,) = left_behind.watchers(mark)
        os.kill(first, signal.SIGKILL)
        assert becomes(lambda: bool(set(left_behind.watchers(mark)) - {first}))
        program.kill()
    assert becomes(lambda: not carrying(token))


def test_the_watcher_does_not_obey_the_terminal(token: str) -> None:
    with begin(STAYS, token) as program:
        mark, pids = read_until_all(program)
        (watching,) = left_behind.watchers(mark)
        assert becomes(lambda: "SigIgn" in ignored(watching))
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT):
            os.kill(watching, number)
        assert os.getsid(watching) == watching
        program.kill()
        assert all(gone(pid) for pid in pids)


def ignored(pid: int) -> str:
    """Return the line of ignored signals, once SIGTERM is among them."""
    for line in left_behind.read(pid, "status").decode().splitlines():
        if line.startswith("SigIgn") and int(line.split()[1], 16) & 1 << signal.SIGTERM - 1:
            return line
    return ""


def test_nothing_is_left_whenever_the_program_is_killed(token: str) -> None:
    """The moment is any: while it begins, while the watcher starts, between start and record."""
    chance = random.Random(7)
    for _ in range(12):
        with begin(STAYS, token) as program:
            assert program.stdout is not None
            program.stdout.readline()
            time.sleep(chance.uniform(0, 0.12))
            program.kill()
        assert becomes(lambda: not carrying(token))


@pytest.mark.parametrize("way", ["cancelled", "left", "timeout"])
async def test_a_stop_finds_what_left_the_group(token: str, way: str) -> None:
    pids: list[int] = []
    ready = asyncio.Event()
    ends: list[Exited] = []

    async def consume() -> None:
        runner = OcRunner({**os.environ, left_behind.TOKEN: token})
        limit = 6.0 if way == "timeout" else float("inf")
        events = runner.run(Command((sys.executable, "-u", "-c", STAYS), timeout=limit))
        async with contextlib.aclosing(events) as lines:  # type: ignore[type-var]
            async for event in lines:
                if isinstance(event, Exited):
                    ends.append(event)
                elif event.text == "all":
                    ready.set()
                    if way == "left":
                        break
                else:
                    pids.append(int(event.text))

    task = asyncio.create_task(consume())
    await ready.wait()
    if way == "cancelled":
        task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert len(pids) == 5
    assert all(gone(pid) for pid in pids)
    if way == "timeout":
        # Deaf to the softer ones.
        assert [(end.ending, end.signal) for end in ends] == [(Ending.TIMEOUT, "SIGKILL")]


async def test_stopping_one_command_leaves_another_alone() -> None:
    runner = OcRunner()
    code = "import os, time; print(os.getpid()); time.sleep(600)"
    command = Command((sys.executable, "-u", "-c", code), timeout=float("inf"))
    one, other = runner.run(command), runner.run(command)
    first, second = await anext(one), await anext(other)
    assert isinstance(first, Line)
    assert isinstance(second, Line)
    await one.aclose()  # type: ignore[attr-defined]
    assert gone(int(first.text))
    os.kill(int(second.text), 0)
    await other.aclose()  # type: ignore[attr-defined]
    assert gone(int(second.text))


async def test_cancelled_while_it_starts_it_is_gone_too(token: str) -> None:
    runner = OcRunner({**os.environ, left_behind.TOKEN: token})
    await WATCHER.launched()
    for turns in range(12):
        events = runner.run(Command(tuple(SLEEP)))
        task = asyncio.ensure_future(anext(events))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert await asyncio.to_thread(becomes, lambda: not carrying(token))


async def test_commands_get_no_descriptor_of_ours() -> None:
    code = "import os; print(*sorted(os.listdir('/proc/self/fd')))"
    await WATCHER.launched()
    command = Command((sys.executable, "-c", code))
    lines = [each async for each in OcRunner().run(command) if isinstance(each, Line)]
    # The last one is the folder that is being listed.
    assert [line.text for line in lines] == ["0 1 2 3"]


@pytest.mark.parametrize("why", ["no interpreter", "frozen"])
async def test_commands_run_without_a_watcher(monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    lonely = Watcher()
    monkeypatch.setattr("tui.engine.oc.WATCHER", lonely)
    if why == "frozen":
        monkeypatch.setattr(sys, "frozen", True, raising=False)
    else:
        monkeypatch.setattr(watcher.sys, "executable", "/no/such/python")
    events = [each async for each in OcRunner().run(Command(("/bin/sh", "-c", "echo here")))]
    assert events[0] == Line("stdout", "here")


def sleeping(mark: str = "") -> subprocess.Popen[bytes]:
    started = subprocess.Popen(
        [sys.executable, "-c", "import time; print(flush=True); time.sleep(600)"],
        start_new_session=True,
        env={**os.environ, orphans.MARK: mark} if mark else None,
        stdout=subprocess.PIPE,
    )
    # A signal while Python itself starts ends it another way.
    assert started.stdout is not None
    started.stdout.readline()
    return started


def test_a_number_that_is_now_of_others_is_not_signalled(monkeypatch: pytest.MonkeyPatch) -> None:
    real = orphans._process
    groups = orphans._Groups(f"{new_token()}.")
    with sleeping() as ours, sleeping() as foreign:
        groups.take(b"+%d\n" % ours.pid)
        with monkeypatch.context() as past:
            past.setattr(orphans, "_process", lambda pid: real(pid)._replace(start="1"))  # type: ignore[union-attr]
            groups.take(b"+%d\n" % foreign.pid)
        groups.end()
        assert ours.wait(timeout=60) == -signal.SIGINT
        assert foreign.poll() is None
        foreign.kill()


def test_only_what_carries_the_mark_is_swept() -> None:
    mark, longer = f"{new_token()}.1.", f"{new_token()}.11."
    with sleeping(mark) as ours, sleeping(longer) as foreign, sleeping() as bare:
        assert becomes(lambda: orphans.marked(mark) == [ours.pid])
        assert orphans.sweep(mark) >= 1
        assert ours.wait(timeout=60) == -signal.SIGKILL
        assert orphans.sweep(mark) == 0
        assert foreign.poll() is None
        assert bare.poll() is None
        foreign.kill()
        bare.kill()


def test_what_forks_on_and_on_is_caught(token: str) -> None:
    code = (
        "import os, time\n"
        "while True:\n"
        "    if os.fork(): time.sleep(0.003); os._exit(0)\n"
        "    os.setsid(); time.sleep(0.003)\n"
    )
    env = {**os.environ, left_behind.TOKEN: token, orphans.MARK: f"{token}.1."}
    with subprocess.Popen([sys.executable, "-c", code], env=env) as runner:
        runner.wait(timeout=60)
        assert becomes(lambda: orphans.sweep(f"{token}.1.") > 0 and not carrying(token))


@given(st.lists(st.binary(max_size=30)))
@example([b"+1\n", b"+0\n", b"+-1\n", b"+12", b"\xff\n", b"+\xb2\n"])
def test_no_line_makes_it_signal_what_it_must_not(lines: list[bytes]) -> None:
    groups = orphans._Groups("none.")
    for line in lines:
        groups.take(line)
    assert all(group > 1 for group in groups._begun)
