"""Scenarios: practice clusters as data.

A scenario is a YAML file in `scenarios/`; `scenarios/README.md` describes the format. It may
extend others: objects are merged by kind, namespace and name, everything else by its name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from tui.practice import yamltext
from tui.practice.objects import JsonObject
from tui.practice.patching import merge

_ID = re.compile(r"[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)?")
_NAMED_LISTS = ("logs", "starts", "crashes", "reactions", "refusals", "fetches")
_MAPPINGS = ("vars", "stories", "routines")
_KEYS = {
    "id", "title", "summary", "extends", "customresources", "objects", *_NAMED_LISTS, *_MAPPINGS,
}  # fmt: skip
_MAX_DEPTH = 8


class UnknownScenario(LookupError):
    """No scenario has this id."""

    def __init__(self, scenario_id: str) -> None:
        self.scenario_id = scenario_id
        super().__init__(f"there is no practice scenario {scenario_id!r}")


class BadScenario(ValueError):
    """A scenario file is not as it should be."""


@dataclass(frozen=True, slots=True)
class ScenarioInfo:
    """What a list of scenarios shows, in English (`en`) and Japanese (`ja`)."""

    id: str
    title: Mapping[str, str]
    summary: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A practice cluster as data, with everything it extends already in it."""

    id: str
    title: Mapping[str, str]
    summary: Mapping[str, str]
    vars: JsonObject = field(default_factory=dict)
    customresources: list[JsonObject] = field(default_factory=list)
    objects: list[JsonObject] = field(default_factory=list)
    logs: list[JsonObject] = field(default_factory=list)
    starts: list[JsonObject] = field(default_factory=list)
    crashes: list[JsonObject] = field(default_factory=list)
    refusals: list[JsonObject] = field(default_factory=list)
    reactions: list[JsonObject] = field(default_factory=list)
    fetches: list[JsonObject] = field(default_factory=list)
    stories: JsonObject = field(default_factory=dict)
    routines: JsonObject = field(default_factory=dict)


def _folder() -> Traversable:
    return resources.files("tui.practice") / "scenarios"


@lru_cache(maxsize=64)
def _read(name: str) -> JsonObject:
    file = _folder()
    *folders, last = name.split("/")
    for part in folders:
        file = file / part
    file = file / f"{last}.yaml"
    try:
        text = file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UnknownScenario(name) from error
    data = yamltext.load(text)
    if not isinstance(data, dict) or not set(data) <= _KEYS:
        raise BadScenario(f"{name}.yaml: unknown keys {sorted(set(data or ()) - _KEYS)}")
    return data


def _key(obj: JsonObject) -> tuple[str, str, str]:
    meta = obj.get("metadata") or {}
    return str(obj["kind"]), str(meta.get("namespace", "")), str(meta["name"])


def _combine(base: JsonObject, extra: JsonObject) -> JsonObject:
    objects = {_key(obj): obj for obj in base.get("objects") or []}
    for obj in extra.get("objects") or []:
        if obj.get("$delete"):
            if objects.pop(_key(obj), None) is None:
                raise BadScenario(f"nothing to delete: {_key(obj)}")
        else:
            objects[_key(obj)] = merge(objects.get(_key(obj)), obj)
    combined: JsonObject = {**base, **extra, "objects": list(objects.values())}
    for name in _NAMED_LISTS:
        own = extra.get(name) or []
        names = {item["name"] for item in own}
        kept = [item for item in base.get(name) or [] if item["name"] not in names]
        live = [item for item in own if not item.get("$delete")]
        # Of rules for starting pods the first that fits wins, so that the special come first.
        combined[name] = [*live, *kept] if name in {"starts", "crashes"} else [*kept, *live]
    for name in _MAPPINGS:
        combined[name] = {**(base.get(name) or {}), **(extra.get(name) or {})}
    combined["customresources"] = _kinds(base, extra)
    return combined


def _kinds(base: JsonObject, extra: JsonObject) -> list[JsonObject]:
    kinds = {(each["group"], each["plural"]): each for each in base.get("customresources") or []}
    for each in extra.get("customresources") or []:
        key = (each["group"], each["plural"])
        if not each.get("$delete"):
            kinds[key] = each
        elif kinds.pop(key, None) is None:
            raise BadScenario(f"nothing to delete: {key}")
    return list(kinds.values())


def _resolve(name: str, depth: int = 0) -> JsonObject:
    if depth > _MAX_DEPTH:
        raise BadScenario(f"{name}: scenarios extend each other in a circle")
    own = _read(name)
    combined: JsonObject = {}
    for parent in own.get("extends") or []:
        combined = _combine(combined, _resolve(parent, depth + 1))
    return _combine(combined, own)


def load_scenario(scenario_id: str) -> Scenario:
    """Loads a scenario.

    Args:
        scenario_id: `healthy`, an issue id, or an issue id with a variant: `issue/variant`.

    Returns:
        The scenario.

    Raises:
        UnknownScenario: If there is none of this id.
    """
    if not _ID.fullmatch(scenario_id):
        raise UnknownScenario(scenario_id)
    data = _resolve(scenario_id)
    if _read(scenario_id).get("id") != scenario_id:
        # A part that scenarios are made of.
        raise UnknownScenario(scenario_id)
    fields: dict[str, Any] = {key: data[key] for key in data if key != "extends"}
    return Scenario(**fields)


@lru_cache(maxsize=1)
def _listing() -> tuple[ScenarioInfo, ...]:
    names = []
    for entry in _folder().iterdir():
        if entry.is_dir():
            names += [
                f"{entry.name}/{item.name.removesuffix('.yaml')}"
                for item in entry.iterdir()
                if item.name.endswith(".yaml")
            ]
        elif entry.name.endswith(".yaml") and not entry.name.startswith("_"):
            names.append(entry.name.removesuffix(".yaml"))
    found = []
    for name in sorted(names, key=lambda item: (item != "healthy", item)):
        data = _read(name)
        if data.get("id") != name:
            raise BadScenario(f"{name}.yaml says it is {data.get('id')}")
        found.append(ScenarioInfo(name, data["title"], data["summary"]))
    return tuple(found)


def list_scenarios() -> list[ScenarioInfo]:
    """Returns all scenarios, `healthy` first, then by id."""
    return list(_listing())
