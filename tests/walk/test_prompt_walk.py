"""Commands beyond the runbook, over real HTTP with real clients: looks, logs, typed lines."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from knowledge.snapshot import ObjectRef
from tests.walk.clients import CLIENTS
from tests.walk.walker import LIMIT, practice, until
from tui.engine.object_commands import About, command, log_choices, logs
from tui.engine.ports import Exited, Line, Phase
from tui.engine.prompt import Prompt, open_prompt
from tui.engine.record import read_session
from tui.engine.request import Request

SCENARIO = "imagestream-registry-secret-missing"


async def said(prompt: Prompt, request: Request, *, change: bool = False) -> str:
    """Run a command to its end and return its lines; it must end well."""
    approval = None
    if change:
        inspection = await prompt.inspect(request)
        assert not inspection.blocked, inspection.guards
        request, approval = inspection.request, inspection.approve(request.confirm_name)
    events = [event async for event in prompt.run(request, approval)]
    output = "\n".join(event.text for event in events if isinstance(event, Line))
    end = events[-1]
    assert isinstance(end, Exited)
    assert end.code == 0, output
    return output


@pytest.mark.parametrize("client", CLIENTS)
async def test_objects_logs_and_typed_lines(client: str) -> None:
    async with practice(SCENARIO, oc=client) as (session, launch):
        state = await until(
            session,
            lambda new: new.connection.phase is Phase.READY and bool(new.snapshot.of("Pod")),
            "the cluster",
        )
        target = launch.build_target(session)
        prompt = open_prompt(session, target)
        (_, name) = next(key for key in state.snapshot.of("Backup") if key[0] == target.namespace)
        ref = ObjectRef("Backup", target.namespace, name)
        for about in (About.DESCRIBE, About.YAML, About.EVENTS):
            request = command(about, ref, target)
            assert request is not None
            shown = await said(prompt, request)
            assert about is About.EVENTS or name in shown
        choices = log_choices(ref, state.snapshot)
        assert choices
        assert "level=" in await said(prompt, logs(choices[0], target))
        await follow(prompt, logs(choices[0], target, follow=True))

        assert name in await said(prompt, prompt.request(f"get backups.velero.io {name} -o name"))
        line = f"label backups.velero.io {name} looked-at=yes"
        await said(prompt, prompt.request(line), change=True)
        labels = prompt.request(f"get backups.velero.io {name} --show-labels")
        assert "looked-at=yes" in await said(prompt, labels)
        await said(prompt, prompt.undo(), change=True)
        assert "looked-at" not in await said(prompt, labels)
        manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: typed\ndata:\n  a: 'yes'\n"
        await said(prompt, prompt.request("create -f -", manifest), change=True)
        assert "yes" in await said(prompt, prompt.request("get cm typed -o yaml"))
        prompt.close()
    record = read_session(prompt.journal.id)
    assert record.closed
    changes = [each for each in record.attempts if each.changes]
    assert [each.succeeded for each in changes] == [True, True, True]


async def follow(prompt: Prompt, request: Request) -> None:
    """Read one line of a log that goes on, then leave it: the process is gone, the prompt free."""
    async with asyncio.timeout(LIMIT), aclosing(prompt.run(request)) as events:
        async for event in events:
            assert isinstance(event, Line)
            break
