"""Watches that a context still means the cluster and the user that it meant at the start.

`--context` pins a name. Whoever edits the kubeconfig meanwhile, or logs in elsewhere under the
same name, would send commands to another cluster than the one on the screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from knowledge.text import Text
from tui.engine.kubeconfig import ClusterChoice, Login, resolve, shown
from tui.engine.problem import Problem
from tui.engine.target import Target


@dataclass(frozen=True, slots=True)
class _Place:
    server: str
    user: str
    acting_as: Any


class Pin:
    """The place that the context of a target means."""

    def __init__(self, target: Target) -> None:
        """Remember the place as the kubeconfig has it now."""
        self._choice = ClusterChoice(kubeconfig=target.kubeconfig, context=target.context)
        self._server = target.server
        try:
            self._first: _Place | None = _place(resolve(self._choice))
        except Problem:
            self._first = None

    def moved(self) -> Text | None:
        """Return what is wrong if the context means something else now; reads files."""
        if not self._choice.context:
            return None
        try:
            login = resolve(self._choice)
        except Problem as problem:
            return problem.message
        now = _place(login)
        if self._first is None:
            self._first = now
        if now == self._first and (not self._server or shown(login.server) == self._server):
            return None
        context, server = login.context, shown(login.server)
        return Text(
            en=f"The kubeconfig has changed: context {context!r} now means {server} as "
            f"{login.user or 'another user'}. Start again to use it.",
            ja=f"kubeconfig が変更されました。コンテキスト {context!r} は現在 {server}（ユーザー "
            f"{login.user or '不明'}）を指しています。使用するには再起動してください。",
        )


def _place(login: Login) -> _Place:
    return _Place(login.server, login.user, login.user_entry.get("as"))
