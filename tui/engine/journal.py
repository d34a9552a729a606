"""The record of one runbook, written as it happens: one JSON line an event, synced to the disk.

What is going to run is written before it runs and the outcome after, so that whatever ends the
program, the record tells what was done and what is unknown. Everything is redacted on its way in.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import filelock
import msgspec
import platformdirs

from knowledge.redact import redact, redact_arguments, redact_object
from knowledge.secret_marks import REDACTED, SECRET_NAME
from knowledge.text import Text
from tui.engine.ports import Clock, SystemClock
from tui.engine.private_folder import make_private
from tui.engine.request import Stopped

SCHEMA: Final = "oadp-doctor/session/v1"
SUFFIX: Final = ".jsonl"
ID: Final = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{12}")
"""A session's id: when it began, and a random part. Safe as a file name."""
_LONGEST: Final = 65_536
"""Characters of one string; whole outputs come as many strings."""
_MOST: Final = 1_000
"""Entries of one list or mapping."""
_DEPTH: Final = 60
_MARGIN: Final = 5
"""How deep in an event the values are that must be kept whole, at most."""
_OWED: Final = 8 << 20
"""Bytes of lines that wait for room on the disk; an outcome or a choice is far smaller."""
_NEVER_LATER: Final = frozenset({"will-run"})
"""What is refused when it cannot be written, so that it must not stand there later."""
_COMMAND_LINES: Final = frozenset({"argv", "args", "undo_args"})


def sessions_folder() -> Path:
    """Return the folder of all records: `OADP_DOCTOR_STATE`, else the platform's state folder."""
    given = os.environ.get("OADP_DOCTOR_STATE")
    base = Path(given).expanduser() if given else platformdirs.user_state_path("oadp-doctor")
    return base / "sessions"


class InUse(Stopped):
    """Another program has this record open."""


class Journal:
    """The record of one session, open for writing.

    A record that cannot be written does not raise: `write` returns what is wrong, and the caller
    decides (no change runs then). What happened meanwhile is kept, and written before anything
    else as soon as there is room.
    """

    def __init__(self, folder: Path | None = None, *, clock: Clock | None = None) -> None:
        """Begin a record in `folder`; default: `sessions_folder()`."""
        self._clock = clock or SystemClock()
        self.id = f"{self._clock.now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(6)}"
        self.path = (folder or sessions_folder()) / f"{self.id}{SUFFIX}"
        self.problem: Text | None = None
        """What was wrong with the last write; None if it was fine."""
        self._lock = threading.Lock()
        self._count = 0
        self._owed: list[bytes] = []
        """Lines, without their beginning, that could not be written yet."""
        self._file: int | None = None
        self._cut = False
        """The last line may be incomplete."""
        self._lock_file: filelock.BaseFileLock | None = None
        self._reopened = False
        self._closed = False

    @classmethod
    def reopen(cls, id: str, folder: Path | None = None, *, clock: Clock | None = None) -> Journal:
        """Open the record of an earlier run, to go on writing at its end.

        Raises:
            InUse: another program has it open.
            OSError: it is not there, or cannot be written.
        """
        journal = cls(folder, clock=clock)
        if not ID.fullmatch(id):
            raise FileNotFoundError(errno.ENOENT, "no such record", id[:80])
        journal.id = id
        journal.path = journal.path.with_name(f"{id}{SUFFIX}")
        journal._reopened = True
        journal._take()
        try:
            journal._file = journal._create()
            journal._count, journal._cut = _standing(journal.path)
        except BaseException:
            journal.close()
            raise
        return journal

    @property
    def begun(self) -> bool:
        """Return whether anything has been written."""
        return self._count > 0

    @property
    def waiting(self) -> bool:
        """Return whether anything is kept that will be written once there is room."""
        return bool(self._owed)

    def write(self, event: str, **data: Any) -> Text | None:
        """Add an event and sync it to the disk; return what is wrong if that failed."""
        fields = cleaned(data)
        with self._lock:
            if self._closed and event in _NEVER_LATER:
                return Text(en="The session was closed.", ja="セッションは終了しています。")
            now = self._clock.now()
            entry = {
                "time": now.isoformat(timespec="milliseconds"),
                "local": now.astimezone().isoformat(timespec="seconds"),
                "event": event,
                **fields,
            }
            line = b""
            try:
                line = msgspec.json.encode(entry)[1:] + b"\n"
                if self._closed and self._count:
                    # Others may have gone on with it.
                    self._file = self._create()
                    self._count, self._cut = _standing(self.path)
                self._pay()
                self._add(line)
            except InUse as taken:
                self.problem = taken.message
            except (OSError, ValueError) as error:
                if event not in _NEVER_LATER:
                    self._owe(line)
                why = getattr(error, "strerror", None) or str(error)
                self.problem = Text(
                    en=f"The record {self.path} cannot be written ({why}). Nothing that changes "
                    "the cluster runs without it. Make room or set OADP_DOCTOR_STATE to another "
                    "folder, then open the runbook again.",
                    ja=f"記録 {self.path} に書き込めません（{why}）。記録できない間は、"
                    "クラスターを変更するコマンドを実行しません。空き容量を確保するか、"
                    "OADP_DOCTOR_STATE に別のフォルダーを指定してから、"
                    "ランブックを開き直してください。",
                )
            else:
                self.problem = None
            finally:
                if self._closed:
                    self._let_go()
            return self.problem

    def close(self) -> None:
        """Close the file, after a last attempt to write what could not be written.

        The end of a command that is stopped by the closing may still be written afterwards.
        """
        with self._lock:
            with contextlib.suppress(OSError, InUse):
                self._pay()
            self._closed = True
            self._reopened = self._reopened or self._count > 0
            self._let_go()

    def _let_go(self) -> None:
        """Close the file, and let other programs have the record."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.close(self._file)
            self._file = None
        if self._lock_file is not None:
            with contextlib.suppress(OSError):
                self._lock_file.release()
            self._lock_file = None

    def _take(self) -> None:
        """Make sure that no other program writes this record; the system ends that with us."""
        lock = filelock.FileLock(self.path.with_suffix(".lock"), mode=0o600, thread_local=False)
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            raise InUse(
                Text(
                    en=f"Another program has the session {self.id} open. End it there first.",
                    ja=f"セッション {self.id} は別のプログラムで開かれています。"
                    "先にそちらを終了してください。",
                )
            ) from None
        self._lock_file = lock

    def _pay(self) -> None:
        """Write the lines that could not be written when it was their turn."""
        while self._owed:
            self._add(self._owed[0])
            del self._owed[0]

    def _owe(self, line: bytes) -> None:
        if line and sum(map(len, self._owed)) + len(line) <= _OWED:
            self._owed.append(line)

    def _add(self, line: bytes) -> None:
        line = f'{{"schema":"{SCHEMA}","number":{self._count + 1},'.encode() + line
        try:
            self._append(b"\n" + line if self._cut else line)
        except OSError:
            self._cut = True
            raise
        self._cut = False
        self._count += 1

    def _append(self, data: bytes) -> None:
        if self._file is None:
            self._file = self._create()
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._file, rest) :]
        os.fsync(self._file)

    def _create(self) -> int:
        folder = self.path.parent
        make_private(folder)
        if self._lock_file is None:
            self._take()
        flags = os.O_WRONLY | os.O_APPEND
        if not self._reopened:
            flags |= os.O_CREAT | (os.O_EXCL if not self._cut else 0)
        file = os.open(self.path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)
        if hasattr(os, "O_DIRECTORY"):
            entry = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(entry)
            finally:
                os.close(entry)
        return file


def _standing(path: Path) -> tuple[int, bool]:
    """Return how many lines a record has, and whether the last one was cut off."""
    lines, last = 0, b"\n"
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            lines += part.count(b"\n")
            last = part[-1:]
    return lines + (last != b"\n"), last != b"\n"


def cleaned(value: Any, depth: int = 0) -> Any:
    """Return `value` as JSON with secrets redacted and sizes bounded."""
    if depth > _DEPTH:
        return "…"
    if isinstance(value, str):
        return _shortened(redact(value))
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        plain = redact_object(value) if "kind" in value else value
        secret = SECRET_NAME.fullmatch(str(plain.get("name"))) is not None
        return {
            _shortened(redact(str(name))): REDACTED
            if isinstance(each, str)
            and each
            and (SECRET_NAME.fullmatch(str(name)) or (secret and name == "value"))
            else cleaned(_arguments(name, each), depth + 1)
            for name, each in list(plain.items())[:_MOST]
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [cleaned(each, depth + 1) for each in list(value)[:_MOST]]
    return cleaned(msgspec.to_builtins(value, enc_hook=str), depth + 1)


def fits(value: Any, depth: int = _MARGIN) -> bool:
    """Return whether a record keeps `value` whole, but for what is redacted."""
    if depth > _DEPTH:
        return False
    if isinstance(value, str):
        return len(value) <= _LONGEST
    if isinstance(value, Mapping):
        return len(value) <= _MOST and all(
            fits(str(name)) and fits(each, depth + 1) for name, each in value.items()
        )
    if isinstance(value, list | tuple):
        return len(value) <= _MOST and all(fits(each, depth + 1) for each in value)
    return True


def _arguments(name: Any, value: Any) -> Any:
    """Return a command line redacted as a whole: what one word says decides about another."""
    if name not in _COMMAND_LINES or not isinstance(value, list | tuple):
        return value
    return redact_arguments(value) if all(isinstance(each, str) for each in value) else value


def _shortened(text: str) -> str:
    text = text.encode("utf-8", errors="replace").decode()
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
