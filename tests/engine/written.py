"""Records written by hand: events with the fields that the program writes, or with some missing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

ID = "20261123T101530Z-0123456789ab"
START = datetime(2026, 11, 23, 10, 15, 30, tzinfo=UTC)
TOKYO = timezone(timedelta(hours=9))
FINDING: dict[str, Any] = {
    "issue": "label-missing",
    "cause": "by-hand",
    "verdict": "confirmed",
    "severity": "error",
    "title": {"en": "The location custom has no label", "ja": "custom にラベルがありません"},
    "subjects": [{"kind": "BackupStorageLocation", "namespace": "openshift-adp", "name": "custom"}],
    "evidence": [
        {
            "says": {"en": "no label", "ja": "ラベルなし"},
            "object": {"kind": "BackupStorageLocation", "namespace": "ns", "name": "custom"},
            "path": "metadata.labels",
            "value": None,
        },
        {
            "says": {"en": "a line", "ja": "行"},
            "hit": {"log": "velero", "line": 7, "text": "not found"},
        },
    ],
    "missing": [],
}
LISTED = FINDING | {"subjects": ["BackupStorageLocation openshift-adp/custom"]}
"""As the events `opened`, `continued` and `findings` list it."""
OPENED: dict[str, Any] = {
    "event": "opened",
    "issue": "label-missing",
    "cause": "by-hand",
    "title": {"en": "Label missing", "ja": "ラベルがありません"},
    "finding": FINDING,
    "findings": [LISTED],
    "target": {
        "context": "lab",
        "server": "https://api.example.com:6443",
        "user": "sre",
        "namespace": "openshift-adp",
        "practice": False,
    },
    "mode": "live",
    "operator": "jo@desk",
    "versions": {"oadp": "1.4.1", "velero": None},
    "values": {"bsl": "custom"},
}
CLOSED = {"event": "closed", "finished": True, "steps": {"label": "done"}}


def asked(number: int = 1, step: str = "label", **more: Any) -> dict[str, Any]:
    """Return that a change is going to run."""
    return {
        "event": "will-run",
        "attempt": number,
        "step": step,
        "title": {"en": "Label it", "ja": "ラベルを付ける"},
        "purpose": "run",
        "args": ["label", "bsl", "custom", "a=b"],
        "argv": ["oc", "label", "bsl", "custom", "a=b"],
        "shown": "oc label bsl custom a=b",
        "risk": "change",
        "approved": "5e1f" * 16,
        "undo": {"en": "Take it off.", "ja": "外します。"},
        "undo_command": "oc label bsl custom a-",
        **more,
    }


def ran(number: int = 1, step: str = "label", **more: Any) -> dict[str, Any]:
    """Return that a command ended well."""
    return {
        "event": "ran",
        "attempt": number,
        "step": step,
        "ending": "exit",
        "code": 0,
        "signal": "",
        "seconds": 0.4,
        "message": "",
        "state": "done",
        "note": None,
        **more,
    }


def findings(*found: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return what was found at the end."""
    return {"event": "findings", "when": "closed", "findings": list(found), **more}


def numbered(events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the events with what stands at the head of each, a minute after the other."""
    found = []
    for number, event in enumerate(events, 1):
        then = START + timedelta(minutes=number - 1)
        head = {
            "schema": "oadp-doctor/session/v1",
            "number": number,
            "time": then.isoformat(timespec="milliseconds"),
            "local": then.astimezone(TOKYO).isoformat(timespec="seconds"),
        }
        found.append(head | event)
    return found


def write(folder: Path, *events: dict[str, Any], id: str = ID) -> Path:
    """Write a record and return its file."""
    path = folder / f"{id}.jsonl"
    lines = (json.dumps(each, ensure_ascii=False) + "\n" for each in numbered(events))
    path.write_text("".join(lines), encoding="utf-8")
    return path
