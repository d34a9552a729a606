"""`python -m benchmarks.fuzz TARGET`: input that follows the code into its corners, with atheris.

Atheris is no dependency (it has wheels for Linux only): `pip install atheris` where it is wanted.
Each input must be read without a crash, in bounded time and memory, and leave no file behind.
What it finds stays in the folder given with `--corpus`, a failing input in the current folder.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import io
import os
import sys
import tarfile
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

_LINES: Final = (
    b'time="2025-07-01T02:00:00Z" level=error msg="secrets \\"a\\" not found" backup=ns/b\n',
    b'{"level":"error","msg":"received EOF","time":"2025-07-01T02:00:00Z","error":"x"}\n',
    b'2025-07-01T10:00:00Z\tERROR\tcontrollers\tReconciler error\t{"error": "x", "a": [1]}\n',
    b"2024-02-27T10:46:50.028951744Z E0701 10:00:00.000001       1 x.go:1] bad\r\n",
    b"panic: runtime error [recovered]\n[signal SIGSEGV: x]\n\ngoroutine 1 [running]:\na.b(0x1)\n",
    b'[pod/velero-1/velero] {"log":"{\\"msg\\":\\"x\\"}","stream":"stderr"}\n',
    b'time="2025-07-01T02:00:00Z" level=error msg="broken\ninto lines" error="x\n',
)
_OBJECTS: Final = (
    b"---\napiVersion: v1\nitems:\n- apiVersion: velero.io/v1\n  kind: Backup\n  metadata:\n"
    b"    managedFields:\n    - manager: x\n    name: b\n    namespace: openshift-adp\n"
    b"  status: {phase: Failed, errors: 1}\nkind: List\nmetadata: {}\n",
    b'{"kind":"List","apiVersion":"v1","items":[{"kind":"Pod","metadata":{"name":"p"}}]}',
    b"apiVersion: velero.io/v1\nkind: Restore\nmetadata:\n  name: |\n    r\n  x: 'y'\n"
    b'  z: "\\u00e9"\n',
)
_BASE: Final = "must-gather.local.1/i/clusters/c/namespaces/openshift-adp"
_FILES: Final = {
    f"{_BASE}/velero.io/backups/backups.yaml": _OBJECTS[0],
    f"{_BASE}/velero.io/backups/b.log": b"".join(_LINES),
    f"{_BASE}/velero.io/backups/describe-b.txt": b"Completed:  2021-07-06 19:29:23 +0000 UTC\n",
    f"{_BASE}/pods/velero-1/velero/velero/logs/current.log": b"".join(_LINES),
    "backups/b/b-results.gz": gzip.compress(b'{"errors":{"velero":["x"]}}', mtime=0),
    "clusters/c/oadp-debug-info": b"***\n* OpenShift version\nopenshiftVersion: 4.14.1\n",
    "timestamp": b"2026-11-23 11:57:36.463963902 +0000 UTC m=+0.105562229\n",
}


def _tar(files: dict[str, bytes], compression: str = "") -> bytes:
    buffer = io.BytesIO()
    mode: Any = f"w:{compression}"
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def _with_right_sums(data: bytes) -> bytes:
    """Return a tar whose headers have the checksums that they need to be looked at at all."""
    fixed = bytearray(data)
    for start in range(0, len(fixed) - 511, 512):
        if fixed[start + 257 : start + 262] == b"ustar":
            fixed[start + 148 : start + 156] = b" " * 8
            fixed[start + 148 : start + 156] = b"%06o\0 " % sum(fixed[start : start + 512])
    return bytes(fixed)


def record(data: bytes) -> None:
    """Any line is a record of text."""
    from knowledge import record as records

    found = records.parse(data.decode(errors="replace"))
    assert all(isinstance(value, str) for value in found.fields.values())
    assert "msg" in found.fields


def scan() -> Callable[[bytes], None]:
    """Both engines find the same in any log, however it is cut."""
    from knowledge import literal_engine
    from knowledge.base import load
    from knowledge.scan import Collector
    from knowledge.snapshot import LogGroup

    signatures = load().signatures
    engines = (literal_engine.best, literal_engine.Re2Engine)
    collectors = [Collector(signatures, each) for each in engines]

    def target(data: bytes) -> None:
        cut = data[0] + 1 if data else 1
        found = []
        for collector in collectors:
            reader = collector.open("log", LogGroup.UNKNOWN if cut % 2 else LogGroup.VELERO)
            for at in range(1, len(data), cut):
                reader.feed(data[at : at + cut])
            reader.close()
            found.append((reader.lines, collector.hits()))
        assert found[0] == found[1]

    return target


def documents(data: bytes) -> None:
    """Any bytes are objects, or are counted as bad; whole or in pieces they are the same."""
    from tui.engine.archive.documents import Read
    from tui.engine.archive.documents import objects as read_objects
    from tui.engine.archive.limits import Limits

    limits = Limits(file=1 << 20, object=1 << 16)
    for body in read_objects(iter((data,)), limits, Read()):
        assert isinstance(body, dict)


def knowledge(data: bytes) -> None:
    """Any knowledge file is an issue or one problem."""
    from knowledge.base import Problem, read_issue

    found = read_issue(data.decode(errors="replace"), "file")
    if isinstance(found, Problem):
        assert "\n" not in str(found) or len(str(found)) < 4_000


def archive() -> Callable[[bytes], None]:
    """Any file is a must-gather, or there is one sentence that says why not."""
    from knowledge.base import load
    from knowledge.scan import Collector
    from tui.engine.archive.limits import Limits
    from tui.engine.archive.source import ArchiveSource
    from tui.engine.ports import Phase

    base = load()
    # Few of them: each reading makes its own filter.
    signatures = base.signatures[:20]
    limits = Limits(total=8 << 20, ratio_from=4 << 20, file=1 << 20, object=1 << 16, zip=1 << 20)
    folder = tempfile.TemporaryDirectory()
    path = Path(folder.name) / "mg"

    def target(data: bytes) -> None:
        path.write_bytes(_with_right_sums(data))
        source = ArchiveSource(
            str(path), kinds=base.kinds, collector=Collector(signatures), limits=limits
        )
        source._run()
        connection = source.connection()
        assert connection.phase in {Phase.READY, Phase.FAILED}
        if connection.message is not None:
            assert "by a bug" not in connection.message.en
            assert "\n" not in connection.message.en
        assert os.listdir(folder.name) == ["mg"]
        assert threading.active_count() < 20

    return target


_TARGETS: Final[dict[str, Callable[[], Callable[[bytes], None]]]] = {
    "record": lambda: record,
    "scan": scan,
    "documents": lambda: documents,
    "knowledge": lambda: knowledge,
    "archive": archive,
}
_SEEDS: Final[dict[str, tuple[bytes, ...]]] = {
    "record": _LINES,
    "scan": (*(b"\x20" + line for line in _LINES), b"\x07" + b"".join(_LINES)),
    "documents": _OBJECTS,
    "knowledge": (b"id: x\ntitle: {en: a, ja: b}\nfacts: {f: {says: {en: a, ja: b}}}\n",),
    "archive": (_tar(_FILES), _tar(_FILES, "gz"), _tar({"a.tar.gz": _tar(_FILES, "gz")})),
}
_INSTRUMENTED: Final = (
    "knowledge.record",
    "knowledge.wrapped",
    "knowledge.prefilter",
    "knowledge.following",
    "knowledge.scan",
    "knowledge.yaml_file",
    "knowledge.base",
    "tui.engine.archive.yaml_nodes",
    "tui.engine.archive.documents",
    "tui.engine.archive.layout",
    "tui.engine.archive.texts",
    "tui.engine.archive.tar",
    "tui.engine.archive.entries",
    "tui.engine.archive.reading",
)


def main() -> None:
    """Fuzz one target."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("target", choices=sorted(_TARGETS))
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--corpus", default=None, help="folder to begin with and to add to")
    options = parser.parse_args()
    try:
        atheris: Any = importlib.import_module("atheris")
    except ImportError:
        parser.error("atheris is not installed: pip install atheris")
    with atheris.instrument_imports(include=list(_INSTRUMENTED)):
        for name in _INSTRUMENTED:
            importlib.import_module(name)
    target = _TARGETS[options.target]()
    corpus = Path(options.corpus or tempfile.mkdtemp(prefix="fuzz-"))
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(_SEEDS[options.target]):
        (corpus / f"seed-{number}").write_bytes(seed)
    arguments = [
        *(sys.argv[0], str(corpus), f"-max_total_time={options.seconds}"),
        *("-timeout=20", "-rss_limit_mb=1500", "-max_len=65536", "-print_final_stats=1"),
    ]
    atheris.Setup(arguments, target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
