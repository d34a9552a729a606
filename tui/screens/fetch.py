"""The log or the results of a backup or restore, fetched from its storage: asked for first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual.app import App
from textual.binding import BindingType
from textual.widgets import Static

from knowledge.text import Text
from tui import keys_commands
from tui.engine.ports import Line, RunEvent
from tui.engine.request import Approval, Request, Stopped
from tui.engine.retrieval import Keeper, Stage, Way, not_yet, request_for, retrieve, wanted, ways_to
from tui.engine.stored import Fetched, Wanted
from tui.language import _, say
from tui.messages import FetchWanted, LogWanted
from tui.screens.ask import ask
from tui.screens.choice import ChoiceScreen
from tui.screens.confirm import ConfirmScreen
from tui.screens.output import OutputScreen
from tui.text import Tone, state, visible

if TYPE_CHECKING:
    from knowledge.snapshot import ObjectRef
    from tui.engine.prompt import Prompt
    from tui.engine.session import Session, State

_BATCH: Final = 2_000
"""Lines that are unpacked at once."""
WHOSE: Final = Text(en="Of which backup or restore?", ja="どのバックアップまたは復元ですか？")
WHAT: Final = Text(en="What, and how?", ja="取得する内容と方法")
_WAYS: Final = {
    Way.LOG: Text(en="Log, from the storage location", ja="ログ（バックアップ保存場所から）"),
    Way.RESULTS: Text(
        en="Errors and warnings, from the storage location",
        ja="エラーと警告（バックアップ保存場所から）",
    ),
    Way.POD_LOG: Text(en="Log, through the Velero pod", ja="ログ（Velero Pod 経由）"),
    Way.POD_RESULTS: Text(
        en="Description with errors and warnings, through the Velero pod",
        ja="エラーと警告を含む説明（Velero Pod 経由）",
    ),
}


class FetchScreen(OutputScreen):
    """Fetches, once it was approved, and shows what came."""

    BINDINGS: ClassVar[list[BindingType]] = keys_commands.FETCH

    def __init__(
        self,
        way: Way,
        ref: ObjectRef,
        what: Wanted,
        request: Request,
        approval: Approval,
        prompt: Prompt,
        keeper: Keeper,
        first: State,
    ) -> None:
        """Prepare the screen; the command runs once it stands.

        Args:
            way: what is fetched, and how.
            ref: the Backup or Restore.
            what: the same in words of DownloadRequests.
            request: the command.
            approval: the yes to it.
            prompt: runs and records it.
            keeper: fetches and keeps what it leads to.
            first: the state that the status line begins with.
        """
        super().__init__(_title(way, ref), self._events, prompt.target, request, first=first)
        self.fetched: Fetched | None = None
        self._ref = ref
        self._what = what
        self._approval = approval
        self._prompt = prompt
        self._keeper = keeper
        self._stage: Text | None = None

    async def _events(self, request: Request) -> AsyncGenerator[RunEvent, None]:
        running = self._prompt.run(request, self._approval)
        came = retrieve(running, request, self._what, self._keeper)
        async with aclosing(came):
            async for event in came:
                if isinstance(event, Stage):
                    self._stage = event.text
                    self._tell()
                elif isinstance(event, Fetched):
                    self.fetched = event
                    if request.stdin is not None:
                        # What the pod says stands there already.
                        async for line in _lines(event):
                            yield Line("stdout", line)
                else:
                    yield event

    def _tell(self) -> None:
        super()._tell()
        if not self.stands:
            return
        standing = self.query_one("#output-standing", Static)
        if self.busy and self._stage is not None and not self.stream.lines.total:
            standing.update(state(Tone.BUSY, say(self._stage)))
        elif not self.busy and self.fetched is not None and self.fetched.cut is not None:
            standing.update(state(Tone.WARN, say(self.fetched.cut)))
        elif not self.busy and self.fetched is not None and not self.fetched.data:
            standing.update(state(Tone.OK, _("No error and no warning is stored.")))

    def action_other_way(self) -> None:
        """Go back, and ask what else to fetch."""
        self.dismiss(None)
        self.app.post_message(FetchWanted((self._ref,)))

    def action_log_view(self) -> None:
        """Open what was fetched in the log view."""
        self.app.post_message(LogWanted((self._what.log,)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return what can be done at the moment; None shows it greyed."""
        if action == "other_way":
            return None if self.busy else True
        if action == "log_view":
            return None if self.busy or self.fetched is None else True
        return super().check_action(action, parameters)


async def _lines(fetched: Fetched) -> AsyncGenerator[str, None]:
    """Yield the lines; unpacking and looking for secrets is work for another thread."""
    lines = fetched.lines()
    while batch := await asyncio.to_thread(lambda: list(islice(lines, _BATCH))):
        for line in batch:
            yield line


async def fetch(
    app: App[Any], prompt: Prompt, session: Session, keeper: Keeper, refs: Sequence[ObjectRef]
) -> None:
    """Ask of what, what, and for a yes; then fetch.

    Args:
        app: shows the questions.
        prompt: runs and records the command.
        session: what is known of the objects.
        keeper: fetches and keeps what the command leads to.
        refs: the backups and restores to choose from.
    """
    ref = refs[0]
    if len(refs) > 1:
        chosen = await ask(app, ChoiceScreen(WHOSE, [str(each) for each in refs]))
        if chosen is None:
            return
        ref = refs[chosen]
    body = session.state.snapshot.of(ref.kind).get((ref.namespace, ref.name))
    if (why := not_yet(body)) is not None:
        app.notify(visible(say(why)), severity="warning", markup=False, timeout=10)
        return
    ways = ways_to(prompt.target)
    if prompt.target.read_only:
        # What leads to no link can be carried out elsewhere, as it stands.
        ways = tuple(way for way in Way if way.through_pod)
    chosen = await ask(app, ChoiceScreen(WHAT, [say(_WAYS[way]) for way in ways]))
    if chosen is None:
        return
    way = ways[chosen]
    try:
        request = request_for(way, ref, prompt.target)
    except Stopped as stopped:
        app.notify(visible(say(stopped.message)), severity="warning", markup=False)
        return
    if prompt.target.read_only:
        app.copy_to_clipboard(request.shown)
        words = _("It writes a DownloadRequest, so nothing runs here. The command was copied.")
        app.notify(words, markup=False, timeout=8)
        return
    question = ConfirmScreen(request, prompt.target, prompt.inspect, title=_title(way, ref))
    approval = await ask(app, question)
    if approval is not None:
        what = wanted(way, ref, body)
        screen = FetchScreen(
            way, ref, what, question.request, approval, prompt, keeper, session.state
        )
        app.push_screen(screen)


def _title(way: Way, ref: ObjectRef) -> Text:
    how = _WAYS[way]
    return Text(en=f"{ref}: {how.en}", ja=f"{ref}: {how.ja}")
