"""`version`: the version of OADP, Velero or OpenShift lies in a range."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec

from knowledge.condition import BadRule
from knowledge.facts import Arguments, Found, Made, Naming, Rows, primitive
from knowledge.finding import ObjectEvidence
from knowledge.snapshot import ObjectRef, Snapshot
from knowledge.text import Text

_BOUND = re.compile(r"(>=|<=|>|<)(\d+(?:\.\d+){0,2})")
_NUMBERS = re.compile(r"^v?(\d+)\.(\d+)(?:\.(\d+))?")
_KINDS = {"oadp": "ClusterServiceVersion", "velero": "Deployment", "openshift": "ClusterVersion"}


class VersionArguments(Arguments, frozen=True):
    """The version of `of` lies in `in`: `>=1.1 <1.4`, all bounds together."""

    of: Literal["oadp", "velero", "openshift"]
    in_: str = msgspec.field(name="in")


def numbers(version: str) -> tuple[int, int, int] | None:
    """Return major, minor and patch of `v1.4.1-OADP` and the like; None where there are none."""
    match = _NUMBERS.match(version)
    return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else None


def bounds(source: str) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Return the bounds of a range, `(operator, numbers)` each.

    Raises:
        BadRule: `source` is not a list of bounds.
    """
    parts = source.split()
    matches = [_BOUND.fullmatch(part) for part in parts]
    if not parts or not all(matches):
        raise BadRule(f"version range {source!r}: write bounds such as `>=1.1 <1.4`")
    return tuple((m[1], tuple(map(int, m[2].split(".")))) for m in matches if m)


def inside(version: tuple[int, int, int], limits: tuple[tuple[str, tuple[int, ...]], ...]) -> bool:
    """Return whether `version` fulfils all of `limits`; `<1.4` is also false for 1.4.0."""

    def holds(operator: str, limit: tuple[int, ...]) -> bool:
        ours = version[: len(limit)]
        return {
            ">=": ours >= limit,
            "<=": ours <= limit,
            ">": ours > limit,
            "<": ours < limit,
        }[operator]

    return all(holds(*limit) for limit in limits)


@dataclass(frozen=True, slots=True)
class _Version:
    of: Literal["oadp", "velero", "openshift"]
    limits: tuple[tuple[str, tuple[int, ...]], ...]
    naming: Naming

    def rows(self, snapshot: Snapshot, bindings: Mapping[str, str]) -> Rows:
        text = getattr(snapshot.source.versions, self.of)
        version = numbers(text) if text else None
        if version is None:
            name = {"oadp": "OADP", "velero": "Velero", "openshift": "OpenShift"}[self.of]
            return Rows(
                (),
                Text(
                    en=f"the version of {name} is not known",
                    ja=f"{name} のバージョンが不明です",
                ),
            )
        if not inside(version, self.limits):
            return Rows()
        new = {f"{self.of}_version": text}
        ref = ObjectRef(
            _KINDS[self.of], snapshot.source.namespace if self.of != "openshift" else "", self.of
        )
        says = self.naming.says.fill({**bindings, **new})
        return Rows((Found(new, (ObjectEvidence(ref, "version", text, says, self.naming.fact),)),))


@primitive("version", VersionArguments)
def make_version(arguments: VersionArguments, naming: Naming) -> Made:
    """Return the compiled fact.

    Raises:
        BadRule: the range is wrong.
    """
    return Made(
        _Version(arguments.of, bounds(arguments.in_), naming),
        outputs=frozenset({f"{arguments.of}_version"}),
        kinds=frozenset({_KINDS[arguments.of]}),
    )
