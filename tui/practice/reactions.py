"""What happens in a practice cluster when something changes: the reactions of a scenario.

A reaction is data:

    name: what-it-is-about
    trigger: {event: updated, kind: Backup, where: [conditions], becomes: [conditions]}
    when: [conditions on other objects]
    do: [actions]

`event` is created, updated, deleted, `started` (the cluster begins) or `timer` (with `every: 60`).
`where` must hold for the object, `becomes` must hold now and not have held before, `changed: spec`
wants the value of a path to differ. Conditions are described in `conditions`, templates in
`templating`, log lines in `loglines`. In templates and in `when`, `trigger` is the object and
`old` what it was.

Actions, one after the other:

- wait: 3                          seconds, divided by the cluster's speed
- let: {name: VALUE}               a variable; VALUE may be {find: {...}} (the first such object),
                                   {all: {...}} (all of them), {count: LIST},
                                   {first: [...]} (the first that is there), or any data
- create: {...object...}           nothing happens if it exists
- install: {group, version, kind, plural, ...}                  a CRD, as in `customresources`
- patch: {kind, name, namespace, merge|strategic|json: ...}     status included
- delete: {kind, name | labels, namespace}
- log: {labels, container, lines}  to every pod with these labels
- event: {about: {kind, namespace, name}, reason, message, type, from}
- if: [conditions]                 with `then: [...]` and `else: [...]`
- each: LIST | {find: {...}}       with `as: NAME` and `do: [...]`; `number` counts from 1
- call: ROUTINE                    with `with: {...}`; routines are named lists of actions
- stop: true                       ends this list of actions and all it was called from
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from tui.practice.conditions import find, holds
from tui.practice.errors import ApiError
from tui.practice.loglines import Stories
from tui.practice.logs import LogStore
from tui.practice.objects import (
    MISSING,
    JsonObject,
    at,
    labels_of,
    metadata,
    name_of,
    namespace_of,
    timestamp,
)
from tui.practice.patching import json_patch, merge, strategic
from tui.practice.store import Change, Store
from tui.practice.templating import fill
from tui.practice.world import custom_resource, established
from tui.practice.writing import Writer, random_suffix

_LOG = logging.getLogger(__name__)
_MAX_RUNNING = 500
_MAX_DEPTH = 30
_EVENTS = {"ADDED": "created", "MODIFIED": "updated", "DELETED": "deleted"}

Sleep = Callable[[float], Awaitable[None]]


class _Stop(Exception):
    """Ends a reaction early."""


class Reactions:
    """Runs the reactions of a scenario."""

    def __init__(
        self,
        reactions: list[JsonObject],
        routines: JsonObject,
        *,
        store: Store,
        writer: Writer,
        logs: LogStore,
        stories: Stories,
        scope: JsonObject,
        sleep: Sleep,
    ) -> None:
        self._reactions, self._routines, self._scope = reactions, routines, scope
        self._store, self._writer, self._logs, self._stories = store, writer, logs, stories
        self._sleep = sleep
        self._tasks: set[asyncio.Task[None]] = set()
        self.failures: list[str] = []

    def spawn(self, work: Awaitable[None]) -> None:
        """Runs something beside everything else, with a limit on how much there is."""
        task = asyncio.ensure_future(work)
        if len(self._tasks) >= _MAX_RUNNING:
            task.cancel()
            _LOG.warning("too many reactions at once: one was dropped")
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.failures.append(f"{type(error).__name__}: {error}")
            _LOG.error("a reaction of the practice cluster failed", exc_info=error)

    async def close(self) -> None:
        """Ends all that is still running."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def begin(self) -> None:
        """Starts timers and what happens at the beginning."""
        for reaction in self._reactions:
            trigger = reaction["trigger"]
            if trigger["event"] == "started":
                self.spawn(self._run(reaction, {}))
            elif trigger["event"] == "timer":
                self.spawn(self._tick(reaction))

    def on_change(self, change: Change) -> None:
        """Starts the reactions that a change triggers."""
        for reaction in self._reactions:
            if self._triggers(reaction["trigger"], change):
                scope = {"trigger": change.obj, "old": change.old or {}}
                self.spawn(self._run(reaction, scope))

    def _triggers(self, trigger: JsonObject, change: Change) -> bool:
        if trigger["event"] != _EVENTS[change.type] or trigger["kind"] != change.resource.kind:
            return False
        if trigger.get("apiVersion", change.resource.api_version) != change.resource.api_version:
            return False
        old: JsonObject = change.old or {}
        if (path := trigger.get("changed")) and at(change.obj, path) == at(old, path):
            return False
        scope = {**self._scope, "trigger": change.obj, "old": old}
        if not holds(self._store, trigger.get("where") or [], change.obj, scope):
            return False
        if becomes := trigger.get("becomes"):
            if not holds(self._store, becomes, change.obj, scope):
                return False
            if change.old is not None and change.type == "MODIFIED":
                return not holds(self._store, becomes, old, scope)
        return True

    async def _tick(self, reaction: JsonObject) -> None:
        while True:
            await self._sleep(float(reaction["trigger"]["every"]))
            await self._run(reaction, {})

    async def _run(self, reaction: JsonObject, scope: JsonObject) -> None:
        whole = {**self._scope, **scope}
        if not holds(self._store, reaction.get("when") or [], whole, whole):
            return
        try:
            await self._all(reaction["do"], whole, 0)
        except _Stop:
            return

    async def _all(self, actions: list[JsonObject], scope: JsonObject, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise ValueError("actions call each other in a circle")
        for action in actions:
            await self._act(action, scope, depth)

    async def _act(self, action: JsonObject, scope: JsonObject, depth: int) -> None:
        match action:
            case {"wait": span}:
                await self._sleep(float(fill(span, scope)))
            case {"let": names}:
                for name, value in names.items():
                    scope[name] = self._value(value, scope)
            case {"if": conditions}:
                branch = "then" if holds(self._store, conditions, scope, scope) else "else"
                await self._all(action.get(branch) or [], scope, depth + 1)
            case {"each": items}:
                found = self._items(items, scope)
                for number, item in enumerate(found, 1):
                    inner = {**scope, action.get("as", "item"): item, "number": number}
                    await self._all(action["do"], inner, depth + 1)
            case {"call": routine}:
                inner = {**scope, **fill(action.get("with") or {}, scope)}
                await self._all(self._routines[routine], inner, depth + 1)
            case {"stop": _}:
                raise _Stop
            case _:
                self._change(action, scope)

    def _change(self, action: JsonObject, scope: JsonObject) -> None:
        match action:
            case {"create": obj}:
                self._create(fill(obj, scope))
            case {"install": entry}:
                self._create(established(custom_resource(fill(entry, scope)), timestamp()))
            case {"patch": patch}:
                self._patch(patch, scope)
            case {"delete": query}:
                for obj in find(self._store, query, scope):
                    resource = self._store.registry.of(obj)
                    if self._store.get(resource, namespace_of(obj), name_of(obj)):
                        self._writer.remove(resource, namespace_of(obj), name_of(obj))
            case {"log": entry}:
                self._write_log(entry, scope)
            case {"event": entry}:
                self._event(fill(entry, scope))
            case _:
                raise ValueError(f"unknown action: {sorted(action)}")

    def _value(self, value: Any, scope: JsonObject) -> Any:
        if isinstance(value, dict) and "find" in value:
            found = find(self._store, value["find"], scope)
            return found[0] if found else None
        if isinstance(value, dict) and "all" in value:
            return find(self._store, value["all"], scope)
        if isinstance(value, dict) and "count" in value:
            return len(self._items(value["count"], scope))
        if isinstance(value, dict) and "first" in value:
            for choice in value["first"]:
                filled = self._value(choice, scope)
                if filled is not MISSING and filled not in (None, ""):
                    return filled
            return None
        filled = fill(value, scope)
        return None if filled is MISSING else filled

    def _items(self, items: Any, scope: JsonObject) -> list[Any]:
        if isinstance(items, dict) and "find" in items:
            return list(find(self._store, items["find"], scope))
        filled = fill(items, scope)
        return filled if isinstance(filled, list) else []

    def _create(self, obj: JsonObject) -> None:
        resource = self._store.registry.of(obj)
        try:
            self._store.add(resource, obj)
        except ApiError as error:
            if error.reason != "AlreadyExists":
                raise

    def _patch(self, patch: JsonObject, scope: JsonObject) -> None:
        query = {
            key: part for key, part in patch.items() if key not in {"merge", "strategic", "json"}
        }
        for obj in find(self._store, query, scope):
            resource = self._store.registry.of(obj)
            if "merge" in patch:
                new = merge(obj, fill(patch["merge"], scope))
            elif "strategic" in patch:
                new = strategic(obj, fill(patch["strategic"], scope))
            else:
                new = json_patch(obj, fill(patch["json"], scope))
            if resource.status_subresource and new.get("status") != obj.get("status"):
                self._store.replace(resource, new, status_only=True)
                if {**new, "status": 0} == {**obj, "status": 0}:
                    continue
            self._store.replace(resource, new)

    def _write_log(self, entry: JsonObject, scope: JsonObject) -> None:
        pods = self._store.registry.by_kind("Pod", "v1")
        labels = fill(entry["labels"], scope)
        lines = self._stories.lines(entry["lines"], scope)
        for pod in self._store.objects(pods):
            if all(labels_of(pod).get(key) == value for key, value in labels.items()):
                self._logs.append(namespace_of(pod), name_of(pod), entry["container"], lines)

    def _event(self, entry: JsonObject) -> None:
        about: JsonObject = entry["about"]
        found = find(self._store, about, self._scope)
        if not found:
            return
        obj = found[0]
        namespace = namespace_of(obj) or "default"
        now = fill("${now}", {})
        self._create(
            {
                "apiVersion": "v1",
                "kind": "Event",
                "metadata": {
                    "name": f"{name_of(obj)}.{random_suffix(16)}",
                    "namespace": namespace,
                },
                "involvedObject": {
                    "kind": obj["kind"],
                    "namespace": namespace_of(obj),
                    "name": name_of(obj),
                    "uid": metadata(obj).get("uid", ""),
                    "apiVersion": obj["apiVersion"],
                    "resourceVersion": metadata(obj).get("resourceVersion", ""),
                },
                "reason": entry["reason"],
                "message": entry["message"],
                "type": entry.get("type", "Normal"),
                "source": {"component": entry.get("from", "practice")},
                "firstTimestamp": now,
                "lastTimestamp": now,
                "count": 1,
                "eventTime": None,
                "reportingComponent": entry.get("from", "practice"),
                "reportingInstance": "",
            }
        )
