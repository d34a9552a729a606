"""Get, list and watch."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable
from typing import Any

import msgspec

from tui.practice import errors
from tui.practice.calls import Call, Form
from tui.practice.objects import JsonObject, metadata, name_of, namespace_of
from tui.practice.pages import read_token, token_for
from tui.practice.resources import Resource
from tui.practice.selectors import Match, field_selector, label_selector
from tui.practice.store import Change, Store
from tui.practice.tables import partial, table

_MAX_SNAPSHOTS = 32
_MAX_WAITING_EVENTS = 20_000
_DEFAULT_WATCH_SECONDS = 1_800.0
_BOOKMARK_SECONDS = 30.0
_INITIAL_END = "k8s.io/initial-events-end"


def matcher(call: Call) -> Match:
    """Compiles the selectors of a request into one test."""
    tests: list[Match] = []
    if text := call.query.get("labelSelector"):
        tests.append(label_selector(text))
    if text := call.query.get("fieldSelector"):
        tests.append(field_selector(text, call.resource.plural, call.resource.group))
    if call.name:
        tests.append(lambda obj: name_of(obj) == call.name)
    return lambda obj: all(test(obj) for test in tests)


def render(resource: Resource, obj: JsonObject, form: Form) -> JsonObject:
    """Returns one object in the wanted form."""
    if form.kind == "Table":
        meta = {"resourceVersion": metadata(obj).get("resourceVersion", "")}
        return table(resource, [obj], meta, include=form.include, version=form.version)
    return partial(obj) if form.kind else obj


class Reader:
    """Reads the store for requests."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._snapshots: OrderedDict[tuple[str, ...], list[JsonObject]] = OrderedDict()

    def get(self, call: Call) -> JsonObject:
        """Answers a get.

        Raises:
            ApiError: 404 if there is no such object.
        """
        found = self._store.get(call.resource, call.namespace, call.name)
        if found is None:
            raise errors.not_found(call.resource, call.name)
        return render(call.resource, found, call.form())

    def list_all(self, call: Call) -> JsonObject:
        """Answers a list, or one page of it."""
        self._check_version(call)
        form, fits = call.form(), matcher(call)
        limit = call.number("limit") or 0
        meta: JsonObject = {"resourceVersion": str(self._store.version)}
        token = call.query.get("continue", "")
        if token:
            version, found = self._rest(call, token, fits)
            meta["resourceVersion"] = str(version)
        else:
            found = [obj for obj in self._store.objects(call.resource, call.namespace) if fits(obj)]
        if limit and len(found) > limit:
            version = int(meta["resourceVersion"])
            self._remember(call, version, found)
            meta["continue"] = token_for(version, f"/{_key(call, found[limit - 1])}")
            if not call.query.get("labelSelector") and not call.query.get("fieldSelector"):
                meta["remainingItemCount"] = len(found) - limit
            found = found[:limit]
        return _list_form(call.resource, found, meta, form)

    def forget_pages(self) -> None:
        """Lets all page tokens expire."""
        self._snapshots.clear()

    def _check_version(self, call: Call) -> None:
        text = call.query.get("resourceVersion", "")
        if not text or text == "0" or call.query.get("continue"):
            return
        wanted = call.number("resourceVersion") or 0
        if wanted > self._store.version:
            raise errors.version_in_future(wanted, self._store.version)
        exact = call.query.get("resourceVersionMatch") == "Exact"
        if exact and wanted < self._store.oldest:
            raise errors.list_too_old()

    def _remember(self, call: Call, version: int, found: list[JsonObject]) -> None:
        self._snapshots[_page_key(call, version)] = found
        self._snapshots.move_to_end(_page_key(call, version))
        while len(self._snapshots) > _MAX_SNAPSHOTS:
            self._snapshots.popitem(last=False)

    def _rest(self, call: Call, token: str, fits: Match) -> tuple[int, list[JsonObject]]:
        version, start = read_token(token)
        after = start.strip("/").rstrip("\0")
        if version == -1:
            version = self._store.version
            found = [obj for obj in self._store.objects(call.resource, call.namespace) if fits(obj)]
        else:
            kept = self._snapshots.get(_page_key(call, version))
            if kept is None or version < self._store.oldest:
                raise errors.continue_expired(token_for(-1, after))
            found = kept
        return version, [obj for obj in found if _key(call, obj) > after]

    async def watch(self, call: Call, stopping: asyncio.Event) -> AsyncIterator[bytes]:
        """Yields watch events as lines of JSON until the time is over."""
        form, fits = call.form(), matcher(call)
        queue: asyncio.Queue[Change | None] = asyncio.Queue()
        timeout = float(call.number("timeoutSeconds") or _DEFAULT_WATCH_SECONDS)
        deadline = time.monotonic() + timeout
        bookmarks = call.flag("allowWatchBookmarks")
        events = _Events(call.resource, form, fits, call.namespace)

        def listen(change: Change) -> None:
            if queue.qsize() > _MAX_WAITING_EVENTS:
                queue.put_nowait(None)
            elif (change.resource.group, change.resource.plural) == wanted:
                queue.put_nowait(change)

        wanted = (call.resource.group, call.resource.plural)
        try:
            first = self._initial(call, events, fits)
        except errors.ApiError as error:
            yield _line("ERROR", error.status())
            return
        self._store.listeners.append(listen)
        stopped = asyncio.ensure_future(stopping.wait())
        try:
            for line in first:
                yield line
            while True:
                left = deadline - time.monotonic()
                if left <= 0 or stopping.is_set():
                    break
                change = await _next(queue, stopped, min(left, _BOOKMARK_SECONDS))
                if isinstance(change, Change):
                    if change.version > events.version:
                        for line in events.of(change):
                            yield line
                elif change is None:
                    break
                elif bookmarks and not stopping.is_set():
                    yield events.bookmark(self._store.version)
        finally:
            stopped.cancel()
            self._store.listeners.remove(listen)

    def _initial(self, call: Call, events: _Events, fits: Match) -> list[bytes]:
        text = call.query.get("resourceVersion", "")
        send_all = call.flag("sendInitialEvents")
        if send_all or text in {"", "0"}:
            events.version = self._store.version
            found = self._store.objects(call.resource, call.namespace)
            lines = [events.line("ADDED", obj) for obj in found if fits(obj)]
            if send_all and call.flag("allowWatchBookmarks"):
                lines.append(events.bookmark(events.version, {_INITIAL_END: "true"}))
            return lines
        start = call.number("resourceVersion") or 0
        events.version = max(start, self._store.version)
        lines = []
        for change in self._store.since(start):
            same = (change.resource.group, change.resource.plural)
            if same == (call.resource.group, call.resource.plural):
                lines += events.of(change)
        return lines


class _Timeout:
    """Marks that nothing happened for a while."""


async def _next(
    queue: asyncio.Queue[Change | None], stopped: asyncio.Future[Any], seconds: float
) -> Change | _Timeout | None:
    getting = asyncio.ensure_future(queue.get())
    try:
        await asyncio.wait({getting, stopped}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        return getting.result() if getting.done() else _Timeout()
    finally:
        getting.cancel()


class _Events:
    """Writes changes as watch events of one stream."""

    def __init__(self, resource: Resource, form: Form, fits: Match, namespace: str) -> None:
        self._resource = resource
        self._form = form
        self._fits = fits
        self._namespace = namespace
        self._headings = True
        self.version = 0

    def of(self, change: Change) -> list[bytes]:
        """Returns the events that a change means for this stream, at most one."""
        if self._namespace and namespace_of(change.obj) != self._namespace:
            return []
        was = change.old is not None and self._fits(change.old)
        fits = change.type != "DELETED" and self._fits(change.obj)
        if fits:
            return [self.line("MODIFIED" if was else "ADDED", change.obj)]
        return [self.line("DELETED", change.obj)] if was else []

    def line(self, kind: str, obj: JsonObject) -> bytes:
        """Returns one event as a line."""
        if self._form.kind == "Table":
            meta = {"resourceVersion": metadata(obj).get("resourceVersion", "")}
            shown = table(
                self._resource, [obj], meta, include=self._form.include,
                version=self._form.version, headings=self._headings,
            )  # fmt: skip
            self._headings = False
        else:
            shown = partial(obj) if self._form.kind else obj
        return _line(kind, shown)

    def bookmark(self, version: int, annotations: dict[str, str] | None = None) -> bytes:
        """Returns a bookmark: nothing changed up to this version."""
        meta: JsonObject = {"resourceVersion": str(version)}
        if annotations:
            meta["annotations"] = annotations
        about = {"apiVersion": self._resource.api_version, "kind": self._resource.kind}
        if self._form.kind == "Table":
            shown = table(self._resource, [], meta, headings=False)
            shown["rows"] = [{"cells": [], "object": {**partial({"metadata": meta})}}]
            return _line("BOOKMARK", shown)
        return _line("BOOKMARK", {**about, "metadata": meta})


def _line(kind: str, obj: JsonObject) -> bytes:
    return msgspec.json.encode({"type": kind, "object": obj}) + b"\n"


def _list_form(
    resource: Resource, found: Iterable[JsonObject], meta: JsonObject, form: Form
) -> JsonObject:
    if form.kind == "Table":
        return table(resource, found, meta, include=form.include, version=form.version)
    if form.kind:
        return {
            "kind": "PartialObjectMetadataList",
            "apiVersion": "meta.k8s.io/v1",
            "metadata": meta,
            "items": [partial(obj) for obj in found],
        }
    if resource.custom:
        return {
            "apiVersion": resource.api_version,
            "items": list(found),
            "kind": f"{resource.kind}List",
            "metadata": {"continue": "", **meta},
        }
    return {
        "kind": f"{resource.kind}List",
        "apiVersion": resource.api_version,
        "metadata": meta,
        "items": [
            {key: value for key, value in obj.items() if key not in {"kind", "apiVersion"}}
            for obj in found
        ],
    }


def _key(call: Call, obj: JsonObject) -> str:
    return name_of(obj) if call.namespace else f"{namespace_of(obj)}/{name_of(obj)}"


def _page_key(call: Call, version: int) -> tuple[str, ...]:
    query = call.query
    selectors = (query.get("labelSelector", ""), query.get("fieldSelector", ""))
    return (str(version), call.resource.qualified, call.namespace, *selectors)
