"""Logs of Velero made from a seed, and signatures in number: data for `benchmarks.logs`."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any, Final

from knowledge.scan import Signature
from knowledge.snapshot import LogGroup

_BODIES: Final = 20_000
"""Different lines without a hit, before their times."""
_HITS: Final = 2_000
"""Different lines with a hit: a failing item comes again with every backup."""
_AT_ONCE: Final = 5_000
_WORDS: Final = (
    "restoring",
    "backup",
    "item",
    "resource",
    "pod",
    "volume",
    "snapshot",
    "namespace",
    "openshift",
    "created",
    "skipped",
    "already",
    "exists",
    "controller",
    "reconcile",
    "plugin",
    "hook",
    "waiting",
    "data",
    "upload",
    "completed",
    "progress",
    "bytes",
    "claim",
    "persistent",
    "not",
    "found",
    "denied",
    "the",
    "request",
    "errors",
    "getting",
)
_TROUBLE: Final = (
    "failed",
    "timeout",
    "quota",
    "expired",
    "mismatch",
    "unable",
    "locate",
    "bucket",
    "region",
    "unauthorized",
    "credentials",
    "certificate",
    "signed",
    "unknown",
    "authority",
    "repository",
    "locked",
    "deadline",
    "exceeded",
    "refused",
    "checksum",
)


def made_up(count: int, seed: int) -> list[Signature]:
    """Return `count` signatures as a person would write them, none of them like another."""
    dice = random.Random(seed)
    shapes = (
        r'{0} {1} "(?P<item>[^"]+)": {2} {3}',
        r"{0} {1} {2}: (?:rpc error: )?code = \w+ desc = {3}",
        r"(?i){0} {1} {2} {3}",
        r"{0} {1} (?P<count>\d+) {2}(?s:.*){3} {0}",
    )
    return [
        Signature(
            f"made-up/{number}",
            frozenset(LogGroup),
            (dice.choice(shapes).format(*dice.sample(_TROUBLE, 4)),),
        )
        for number in range(count)
    ]


def write(path: Path, size: int, *, as_json: bool, rate: float, seed: int) -> int:
    """Write a log of about `size` bytes in which `rate` of the lines are hits; return how many."""
    dice = random.Random(seed)
    bodies = [_line(_plain(dice, number), as_json=as_json) for number in range(_BODIES)]
    failing = [_line(_failing(dice), as_json=as_json) for _ in range(_HITS)]
    written = second = hits = 0
    with path.open("w", encoding="utf-8") as file:
        while written < size:
            lines: list[str] = []
            for _ in range(_AT_ONCE):
                second += 1
                time = (
                    f"2025-{second // 2_419_200 % 12 + 1:02d}-{second // 86_400 % 28 + 1:02d}"
                    f"T{second // 3_600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z"
                )
                hit = dice.random() < rate
                hits += hit
                before, after = dice.choice(failing if hit else bodies)
                lines.append(before + time + after)
            text = "".join(lines)
            written += file.write(text)
    return hits


def _plain(dice: random.Random, number: int) -> dict[str, str]:
    message = " ".join(dice.choices(_WORDS, k=dice.randint(4, 22)))
    if dice.random() < 0.2:
        message += f' "{dice.choice(_WORDS)}-{number}"'
    if dice.random() < 0.001:
        message += " x" * dice.randint(700, 9_000)
    return {
        "level": "info",
        "msg": message,
        "backup": f"openshift-adp/daily-{dice.randint(1, 50)}",
        "logSource": "/remote-source/velero/app/pkg/backup/item_backupper.go:"
        f"{dice.randint(1, 900)}",
        "name": f"object-{number}",
        "namespace": f"app-{dice.randint(1, 200)}",
        "resource": dice.choice(_WORDS),
    }


def _failing(dice: random.Random) -> dict[str, str]:
    stream = f"namespace=app-{dice.randint(1, 200)}, name=image-{dice.randint(1, 500)}"
    return {
        "level": "error",
        "msg": "Error backing up item",
        "backup": f"openshift-adp/daily-{dice.randint(1, 50)}",
        "error": "error executing custom action (groupResource=imagestreams.image.openshift.io, "
        f"{stream}): rpc error: code = Unknown desc = errors getting registryenv: "
        f'secrets "oadp-ts-{dice.randint(1, 9)}-aws-registry-secret" not found',
        "logSource": "/remote-source/velero/app/pkg/backup/backup.go:448",
    }


def _line(fields: dict[str, Any], *, as_json: bool) -> tuple[str, str]:
    """Return what stands before and after the time."""
    if as_json:
        return '{"time":"', '",' + json.dumps(fields)[1:] + "\n"
    pairs = " ".join(
        f"{key}={json.dumps(value) if ' ' in value else value}" for key, value in fields.items()
    )
    return 'time="', f'" {pairs}\n'
