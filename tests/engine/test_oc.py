import asyncio
import contextlib
import os
import resource
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from left_behind import gone

from knowledge.text import Text
from knowledge.unseen import UNSEEN
from tui.engine import oc
from tui.engine.oc import OcRunner, environment
from tui.engine.plain_line import plain_line
from tui.engine.ports import Command, Ending, Exited, Line, RunEvent
from tui.engine.program import Program, find_program

ENV = {**environment(), "PATH": os.environ.get("PATH", "")}


def python(code: str, *, stdin: str | None = None, timeout: float = 60.0) -> Command:
    return Command((sys.executable, "-u", "-c", code), stdin, timeout)


async def collect(command: Command) -> tuple[list[Line], Exited]:
    events = [event async for event in OcRunner(ENV).run(command)]
    assert isinstance(events[-1], Exited)
    assert all(isinstance(event, Line) for event in events[:-1])
    return events[:-1], events[-1]  # type: ignore[return-value]


async def test_lines_of_both_streams_and_the_exit_code_come_through() -> None:
    lines, end = await collect(
        python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)")
    )
    assert set(lines) == {Line("stdout", "out"), Line("stderr", "err")}
    assert (end.ending, end.code) == (Ending.EXIT, 3)


async def test_a_manifest_is_fed_on_standard_input() -> None:
    text = "x" * 300_000 + "\nend\n"
    lines, _ = await collect(
        python("import sys; t=sys.stdin.read(); print(len(t)); print(t[-4:])", stdin=text)
    )
    assert lines[0].text == str(len(text))
    assert lines[1].text == "end"


async def test_a_process_that_does_not_read_its_input_is_no_problem() -> None:
    _, end = await collect(python("print(1)", stdin="x" * 1_000_000))
    assert end.code == 0


async def test_without_a_manifest_standard_input_is_empty() -> None:
    lines, _ = await collect(python("import sys; print(repr(sys.stdin.read()))"))
    assert lines[0].text == "''"


async def test_a_missing_program_is_an_end_not_an_error() -> None:
    for argv in (("/no/such/oc", "get"), (str(Path(__file__)), "get"), ("a\0b",)):
        lines, end = await collect(Command(argv))
        assert lines == []
        assert (end.ending, end.code) == (Ending.MISSING, None)
        assert end.message


async def test_long_and_unended_lines_are_kept_to_their_bound() -> None:
    lines, end = await collect(
        python("print('a' * 3_000_000); print('b'); import sys; sys.stdout.write('last')")
    )
    assert [line.text[:4] for line in lines] == ["aaaa", "b", "last"]
    assert len(lines[0].text) == Command(("x",)).longest_line + 1
    assert lines[0].text.endswith("…")
    assert end.code == 0


async def test_a_flood_is_held_back_and_nothing_of_it_is_lost() -> None:
    count = 0
    async for event in OcRunner(ENV).run(python("for n in range(30_000): print(n)")):
        if isinstance(event, Line):
            assert event.text == str(count)
            count += 1
    assert count == 30_000


async def test_escape_sequences_and_bad_bytes_are_made_visible() -> None:
    code = r"import sys; sys.stdout.buffer.write(b'\x1b[2Jx\xff\x07\r\n')"
    lines, _ = await collect(python(code))
    assert lines[0].text == "␛[2Jx\ufffd␇"
    assert plain_line("a\u202eb\x9bc\td") == "a<202e>b<9b>c\td"


async def test_secrets_are_redacted_before_they_leave() -> None:
    lines, _ = await collect(
        python("print('kind: Secret'); print('data:'); print('  a: c2VjcmV0'); print('z: 1')")
    )
    assert [line.text for line in lines] == [
        "kind: Secret", "data:", '  a: "[redacted]"', "z: 1",
    ]  # fmt: skip


async def test_a_timeout_stops_the_process() -> None:
    lines, end = await collect(
        python("import os,time; print(os.getpid()); time.sleep(600)", timeout=3)
    )
    assert end.ending is Ending.TIMEOUT
    assert end.code != 0
    assert gone(int(lines[0].text))


DEAF = """
import os, signal, subprocess, sys, time
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(os.getpid()); print(child.pid)
time.sleep(600)
"""


async def test_cancelling_stops_a_deaf_process_and_its_children() -> None:
    seen: list[int] = []
    ready = asyncio.Event()

    async def consume() -> None:
        async for event in OcRunner(ENV).run(python(DEAF)):
            if isinstance(event, Line):
                seen.append(int(event.text))
                if len(seen) == 2:
                    ready.set()

    task = asyncio.create_task(consume())
    await ready.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert all(gone(pid) for pid in seen)


QUIET_CHILD = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
child = subprocess.Popen(
    [sys.executable, "-c", "import time; time.sleep(600)"],
    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
)
signal.signal(signal.SIGINT, signal.SIG_DFL)
print(os.getpid()); print(child.pid)
time.sleep(600)
"""


async def test_a_deaf_child_that_holds_no_pipe_is_stopped_too() -> None:
    seen: list[int] = []
    events = OcRunner(ENV).run(python(QUIET_CHILD))
    async with contextlib.aclosing(events) as lines:  # type: ignore[type-var]
        async for event in lines:
            assert isinstance(event, Line)
            seen.append(int(event.text))
            if len(seen) == 2:
                break
    assert all(gone(pid) for pid in seen)


def test_nothing_is_left_when_the_loop_ends_in_the_middle_of_stopping() -> None:
    seen: list[int] = []

    async def leave() -> None:
        ready = asyncio.Event()

        async def consume() -> None:
            async for event in OcRunner(ENV).run(python(DEAF)):
                if isinstance(event, Line):
                    seen.append(int(event.text))
                    if len(seen) == 2:
                        ready.set()

        task = asyncio.create_task(consume())
        await ready.wait()
        for _ in range(3):
            # The second one arrives while the first is being obeyed.
            task.cancel()
            await asyncio.sleep(0)

    asyncio.run(leave())
    assert len(seen) == 2
    assert all(gone(pid) for pid in seen)


@pytest.mark.parametrize("what", ["folder", "text", "not executable", "not there"])
async def test_what_is_no_program_is_an_end_not_an_error(tmp_path: Path, what: str) -> None:
    program = tmp_path / "oc"
    if what == "folder":
        program.mkdir()
    elif what != "not there":
        program.write_text("just text\n")
        program.chmod(0o755 if what == "text" else 0o644)
    lines, end = await collect(Command((str(program), "get", "pods")))
    assert lines == []
    assert end.ending is Ending.MISSING
    assert end.message


async def test_leaving_early_stops_the_process() -> None:
    events: AsyncIterator[RunEvent] = OcRunner(ENV).run(
        python("import os,time; print(os.getpid()); time.sleep(600)")
    )
    async with contextlib.aclosing(events) as lines:  # type: ignore[type-var]
        async for event in lines:
            assert isinstance(event, Line)
            pid = int(event.text)
            break
    assert gone(pid)


async def test_a_grandchild_that_keeps_the_pipes_open_does_not_hang_us() -> None:
    code = (
        "import subprocess,sys;"
        "c=subprocess.Popen([sys.executable,'-c','import time; time.sleep(600)']);print(c.pid)"
    )
    lines, end = await collect(python(code))
    assert (end.ending, end.code) == (Ending.EXIT, 0)
    assert gone(int(lines[0].text))


@pytest.mark.parametrize(
    ("number", "name"),
    [(signal.SIGKILL, "SIGKILL"), (signal.SIGSEGV, "SIGSEGV"), (signal.SIGRTMIN + 3, "SIG37")],
)
async def test_the_signal_that_ended_it_is_named(number: int, name: str) -> None:
    _, end = await collect(python(f"import os; os.kill(os.getpid(), {int(number)})"))
    assert (end.ending, end.code, end.signal) == (Ending.EXIT, -number, name)


async def test_an_exit_code_is_no_signal() -> None:
    for code in (0, 1, 130, 255):
        _, end = await collect(python(f"raise SystemExit({code})"))
        assert (end.code, end.signal) == (code, "")
    _, end = await collect(Command(("/no/such/oc",)))
    assert end.signal == ""


SOFT = """
import signal, sys, time
def say(number, frame):
    print(signal.Signals(number).name)
    if number == signal.{last}: signal.signal(number, signal.SIG_DFL); signal.raise_signal(number)
for number in (signal.SIGINT, signal.SIGTERM): signal.signal(number, say)
print("ready")
while True: time.sleep(1)
"""


@pytest.mark.parametrize("last", ["SIGINT", "SIGTERM"])
async def test_it_is_asked_before_it_is_made_to_end(last: str) -> None:
    _, end = await collect(python(SOFT.format(last=last), timeout=3))
    assert (end.ending, end.code, end.signal) == (
        Ending.TIMEOUT, -signal.Signals[last], last,
    )  # fmt: skip


async def test_a_timeout_of_infinity_is_none() -> None:
    lines, end = await collect(python("print('a')", timeout=float("inf")))
    assert (lines, end.ending) == ([Line("stdout", "a")], Ending.EXIT)


async def test_a_timeout_holds_against_one_who_never_pauses() -> None:
    """Also where whoever takes the lines never waits for anything else."""
    count, end = 0, None
    async for event in OcRunner(ENV).run(Command(("yes",), timeout=1.0)):
        if isinstance(event, Exited):
            end = event
        count += 1
    assert count > 1000
    assert end is not None
    assert (end.ending, end.signal) == (Ending.TIMEOUT, "SIGINT")


async def test_a_value_that_is_to_be_revealed_comes_as_it_is() -> None:
    code = (
        "print('kind: Secret'); print('data:'); print('  a: c2VjcmV0'); "
        "print('-----BEGIN PRIVATE KEY-----'); print('MIIE'); print('\\x1b[2J')"
    )
    command = Command((sys.executable, "-u", "-c", code), redacted=False)
    lines, _ = await collect(command)
    assert [line.text for line in lines] == [
        "kind: Secret", "data:", "  a: c2VjcmV0", "-----BEGIN PRIVATE KEY-----", "MIIE", "␛[2J",
    ]  # fmt: skip
    redacted, _ = await collect(Command(command.argv))
    assert not {"  a: c2VjcmV0", "MIIE"} & {line.text for line in redacted}


@pytest.mark.parametrize("longest", [0, 5, 5_000, 900_000])
async def test_a_flood_that_nobody_reads_stays_within_bounds(longest: int) -> None:
    """What waits is bounded in lines and in characters, and the process is held back."""
    code = (
        "import sys\n"
        f"block = 'x' * {longest} + chr(10)\n"
        "while True: sys.stdout.write(block); sys.stderr.write(block)"
    )
    outputs: list[oc._Output] = []

    class Seen(oc._Output):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)  # type: ignore[arg-type]
            outputs.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(oc, "_Output", Seen)
        command = Command((sys.executable, "-c", code), longest_line=1 << 20)
        events = OcRunner(ENV).run(command)
        await anext(events)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        taken = -1
        while outputs[0]._taken != taken:
            taken = outputs[0]._taken
            await asyncio.sleep(0.5)
        # Both pumps may bring one more line each over the bound.
        assert outputs[0]._waiting <= oc._WAITING + 2 * oc._BUFFER
        assert outputs[0]._lines.qsize() <= oc._QUEUE
        assert taken <= oc._QUEUE + 1
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown < 64 << 10  # KiB
        await events.aclose()  # type: ignore[attr-defined]


async def test_a_slow_reader_loses_nothing_at_the_end() -> None:
    texts = []
    async for event in OcRunner(ENV).run(python("for n in range(1200): print(n)")):
        if isinstance(event, Line):
            texts.append(event.text)
            if len(texts) in (1, 600):
                await asyncio.sleep(2.5)
    assert texts == [str(number) for number in range(1200)]


async def test_others_work_while_lines_come_without_a_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Any work at all is enough to let others have their turn.
    monkeypatch.setattr(oc, "_TURN", 0.0)
    turns = had = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    events = OcRunner(ENV).run(Command(("yes", "some line of a log"), timeout=60))
    async with contextlib.aclosing(events) as lines:  # type: ignore[type-var]
        await anext(lines)
        turns = count = 0
        async for _ in lines:
            count += 1
            if count == 20_000:
                had = turns
                break
    task.cancel()
    assert had > 5_000


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=200) | st.text().map(str.encode), max_size=8), st.booleans())
@example([b"\x1b]0;x\x07", b"\xed\xa0\x80", b"\r", b"\n\n", b"\xe2\x80\xae"], True)
@example([b"a" * (1 << 20), b"b" * 10], False)
def test_whatever_bytes_come_the_lines_are_plain(parts: list[bytes], redacted: bool) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"".join(parts))
        file.flush()
        command = Command(("cat", file.name), redacted=redacted)
        lines, end = asyncio.run(collect(command))
    assert end.code == 0
    for line in lines:
        assert not UNSEEN.search(line.text)
        assert "\n" not in line.text
        assert len(line.text) <= command.longest_line * 4 + 1
        line.text.encode()


def test_real_programs_do_not_see_our_packages() -> None:
    assert not [name for name in environment({"PYTHONPATH": "x"}) if name.startswith("PYTHON")]
    assert environment({}, stand_in=True)["PYTHONPATH"]


def test_the_environment_holds_nothing_that_steers_the_command() -> None:
    given = environment(
        {"PATH": "/bin", "KUBECTL_EXTERNAL_DIFF": "x", "KUBERC": "y", "AWS_PROFILE": "z", "A": "b"}
    )
    assert given["PATH"] == "/bin"
    assert given["AWS_PROFILE"] == "z"
    assert given["KUBERC"] == "off"
    assert "KUBECTL_EXTERNAL_DIFF" not in given
    assert "A" not in given


def test_the_program_is_found_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert isinstance(find_program(None, practice=False), Text)
    stand_in = find_program(None, practice=True)
    assert isinstance(stand_in, Program)
    assert stand_in.prefix == (sys.executable, "-m", "tui.practice.oc")
    for name in ("kubectl", "oc"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
        found = find_program(None, practice=True)
        assert found == Program(name, (str(tmp_path / name),))
    explicit = find_program(str(tmp_path / "kubectl"), practice=False)
    assert explicit == Program("kubectl", (str(tmp_path / "kubectl"),))
    assert isinstance(find_program(str(tmp_path / "none"), practice=True), Text)
