"""Logs and results of backups and restores from the storage location, over real HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest

from knowledge.finding import LogEvidence, Verdict
from knowledge.snapshot import LogGroup, ObjectRef
from tests.walk.clients import CLIENTS
from tests.walk.walker import finding, practice, until
from tui.engine.live import LiveSource
from tui.engine.ports import Exited, Line, Phase
from tui.engine.practice_source import PracticeSource
from tui.engine.prompt import Prompt, open_prompt
from tui.engine.record import read_session
from tui.engine.retrieval import Stage, Way, request_for, retrieve, wanted
from tui.engine.session import Session, State
from tui.engine.stored import Fetched, Unusable

SCENARIO = "imagestream-registry-secret-missing"
BACKUP = ObjectRef("Backup", "openshift-adp", "shop-nightly")


async def ready(session: Session) -> State:
    return await until(
        session,
        lambda new: new.connection.phase is Phase.READY and bool(new.snapshot.of("Pod")),
        "the cluster",
    )


async def went(prompt: Prompt, session: Session, way: Way, ref: ObjectRef) -> Sequence[Any]:
    """Go a way to its end, confirmed; return all that came."""
    source = session.source
    assert isinstance(source, LiveSource)
    request = request_for(way, ref, prompt.target)
    inspection = await prompt.inspect(request)
    assert not inspection.blocked, inspection.guards
    assert inspection.consequences
    running = prompt.run(inspection.request, inspection.approve())
    body = session.state.snapshot.of(ref.kind)[ref.namespace, ref.name]
    events = retrieve(running, inspection.request, wanted(way, ref, body), source)
    return [event async for event in events]


def source_of(session: Session) -> LiveSource:
    assert isinstance(session.source, LiveSource)
    return session.source


def fetched(events: Sequence[Any]) -> Fetched:
    (found,) = [each for each in events if isinstance(each, Fetched)]
    return found


async def with_hits(session: Session, log: str) -> State:
    return await until(
        session,
        lambda new: any(hit.log == log for hits in new.snapshot.hits.values() for hit in hits.hits),
        f"hits of {log}",
    )


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_log_from_the_storage_is_read_searched_and_its_link_is_nowhere(client: str) -> None:
    async with practice(SCENARIO, oc=client) as (session, launch):
        await ready(session)
        prompt = open_prompt(session, launch.build_target(session))
        events = await went(prompt, session, Way.LOG, BACKUP)
        log = fetched(events)
        lines = list(log.lines())
        assert len(lines) == 55
        assert all("backup=openshift-adp/shop-nightly" in line for line in lines)
        assert log.cut is None
        assert isinstance(events[-1], Exited)
        text = source_of(session).open_log("backup shop-nightly")
        while text.grow():
            await asyncio.sleep(0)
        assert text.read(0, 1 << 20).count(b"\n") == 55
        text.close()
        gone = source_of(session).open_log("backup another")
        assert gone.ended
        assert gone.trouble is not None
        state = await with_hits(session, "backup shop-nightly")
        read = {each.log: each for each in state.snapshot.logs}["backup shop-nightly"]
        assert (read.group, read.lines) == (LogGroup.BACKUP, 55)
        hit = next(
            hit for hits in state.snapshot.hits.values() for hit in hits.hits if hit.log == read.log
        )
        assert hit.fields["backup"] == "shop-nightly"
        assert lines[hit.line - 1] == hit.text

        source = session.source
        assert isinstance(source, PracticeSource)
        links = source.cluster.call(
            lambda: [
                each["status"]["downloadURL"]
                for each in source.cluster.store.objects(
                    source.cluster.store.registry.by_kind("DownloadRequest")
                )
            ]
        )
        assert len(links) == 1
        assert "X-Amz-Signature=" in links[0]
        known = await until(
            session,
            lambda new: any(
                "downloadURL" in each["status"]
                for each in new.snapshot.of("DownloadRequest").values()
                if "status" in each
            ),
            "the request",
        )
        shown = json.dumps([dict(each) for each in known.snapshot.of("DownloadRequest").values()])
        for line in (
            "get downloadrequests.velero.io -o yaml",
            "get downloadrequests.velero.io -o json",
            "describe downloadrequests.velero.io",
        ):
            ran = prompt.run(prompt.request(line))
            shown += "\n".join([each.text async for each in ran if isinstance(each, Line)])
        prompt.close()
    assert "shop-nightly-log-" in shown
    record = read_session(prompt.journal.id)
    written = prompt.journal.path.read_text()
    assert next(each.changes for each in record.attempts)
    signature = links[0].partition("X-Amz-Signature=")[2]
    for text in (shown, written, repr(events)):
        assert signature not in text
        assert "/storage/" not in text


async def test_results_become_lines_of_which_each_names_its_backup() -> None:
    async with practice(SCENARIO) as (session, launch):
        await ready(session)
        prompt = open_prompt(session, launch.build_target(session))
        results = fetched(await went(prompt, session, Way.RESULTS, BACKUP))
        lines = list(results.lines())
        assert len(lines) == 4
        assert all("level=error" in line for line in lines)
        assert all(line.endswith("backup=openshift-adp/shop-nightly") for line in lines)
        state = await with_hits(session, "backup shop-nightly (results)")
        hits = [
            hit
            for each in state.snapshot.hits.values()
            for hit in each.hits
            if hit.log == "backup shop-nightly (results)"
        ]
        ended = state.snapshot.of("Backup")["openshift-adp", "shop-nightly"]["status"]
        assert {hit.time for hit in hits} == {ended["completionTimestamp"]}
        assert {hit.group for hit in hits} == {LogGroup.BACKUP}
        prompt.close()


async def test_the_pods_own_command_line_is_the_other_way() -> None:
    async with practice(SCENARIO) as (session, launch):
        await ready(session)
        prompt = open_prompt(session, launch.build_target(session))
        events = await went(prompt, session, Way.POD_LOG, BACKUP)
        lines = [each.text for each in events if isinstance(each, Line)]
        assert len(lines) == 55
        assert isinstance(events[0], Stage)
        source = session.source
        assert isinstance(source, LiveSource)
        kept = source.shelf.get("backup shop-nightly")
        assert kept is not None
        assert list(kept.lines()) == lines
        await with_hits(session, "backup shop-nightly")
        told = await went(prompt, session, Way.POD_RESULTS, BACKUP)
        said = "\n".join(each.text for each in told if isinstance(each, Line))
        assert "Errors:" in said
        assert "oadp-custom-aws-registry-secret" in said
        prompt.close()


async def test_a_restore_has_its_own_log_and_results() -> None:
    async with practice("knative-admission-webhook") as (session, launch):
        await ready(session)
        prompt = open_prompt(session, launch.build_target(session))
        ref = ObjectRef("Restore", "openshift-adp", "shop-restore")
        results = list(fetched(await went(prompt, session, Way.RESULTS, ref)).lines())
        assert results
        assert all("restore=openshift-adp/shop-restore namespace=" in line for line in results)
        state = await with_hits(session, "restore shop-restore (results)")
        groups = {each.group for each in state.snapshot.logs}
        assert LogGroup.RESTORE in groups
        prompt.close()


async def test_what_is_not_stored_yet_is_one_sentence() -> None:
    async with practice(SCENARIO) as (session, launch):
        await ready(session)
        source = session.source
        assert isinstance(source, PracticeSource)

        def begin() -> None:
            resource = source.cluster.store.registry.by_kind("Backup", "velero.io/v1")
            live = source.cluster.store.get(resource, "openshift-adp", "shop-nightly")
            assert live is not None
            status = {**live["status"], "phase": "InProgress"}
            source.cluster.store.replace(resource, {**live, "status": status})

        source.cluster.call(begin)
        prompt = open_prompt(session, launch.build_target(session))
        with pytest.raises(Unusable, match="not in the storage"):
            await went(prompt, session, Way.LOG, BACKUP)
        prompt.close()


async def test_what_a_restart_has_lost_the_stored_log_proves_again() -> None:
    """The pod that wrote the error is gone; the bucket still has what it wrote."""
    issue, cause = SCENARIO, "bsl-unlabelled"

    def proven(new: State) -> bool:
        found = finding(new, issue, cause)
        return found is not None and found.verdict is Verdict.CONFIRMED

    async with practice(SCENARIO) as (session, launch):
        await until(session, proven, "the finding")
        source = session.source
        assert isinstance(source, PracticeSource)
        kind = source.cluster.store.registry.by_kind("Pod", "v1")

        def restart() -> None:
            for pod in list(source.cluster.store.objects(kind, "openshift-adp")):
                if pod["metadata"]["name"].startswith("velero-"):
                    source.cluster.store.remove(kind, "openshift-adp", pod["metadata"]["name"])

        source.cluster.call(restart)
        await until(session, lambda new: not proven(new), "forgetting")
        await until(
            session,
            lambda new: any(
                name.startswith("velero-") and body["status"].get("phase") == "Running"
                for (_, name), body in new.snapshot.of("Pod").items()
            ),
            "the new pod",
        )
        prompt = open_prompt(session, launch.build_target(session))
        await went(prompt, session, Way.RESULTS, BACKUP)
        state = await until(session, proven, "the finding, again")
        found = finding(state, issue, cause)
        assert found is not None
        logs = {each.hit.log for each in found.evidence if isinstance(each, LogEvidence)}
        assert logs == {"backup shop-nightly (results)"}
        prompt.close()


async def test_a_host_inside_the_cluster_is_told_and_a_public_one_leads_out() -> None:
    issue, cause = "presigned-unreachable", "in-cluster-host"
    ref = ObjectRef("Backup", "openshift-adp", "shop-before-upgrade")
    async with practice(issue) as (session, launch):
        state = await until(session, lambda new: finding(new, issue, cause) is not None, cause)
        found = finding(state, issue, cause)
        assert found is not None
        assert found.verdict is Verdict.CONFIRMED
        told = "backup shop-before-upgrade (not fetched)"
        assert told in {each.log for each in state.snapshot.logs}
        kept = source_of(session).shelf.get(told)
        assert kept is not None
        (line,) = kept.lines()
        assert "Signature" not in line
        assert "/storage/" not in line
        prompt = open_prompt(session, launch.build_target(session))
        with pytest.raises(Unusable, match="its name is not known here"):
            await went(prompt, session, Way.LOG, ref)
        assert fetched(await went(prompt, session, Way.POD_LOG, ref)).data
        await until(session, lambda new: finding(new, issue, cause) is None, "the pod's answer")
        with pytest.raises(Unusable, match="its name is not known here"):
            await went(prompt, session, Way.LOG, ref)
        await until(session, lambda new: finding(new, issue, cause) is not None, "it, once more")

        source = session.source
        assert isinstance(source, PracticeSource)

        def publish() -> None:
            store = source.cluster.store
            kind = store.registry.by_kind("BackupStorageLocation", "velero.io/v1")
            live = store.get(kind, "openshift-adp", "dpa-sample-1")
            assert live is not None
            config = {**live["spec"]["config"], "publicUrl": "https://storage.example.com"}
            store.replace(kind, {**live, "spec": {**live["spec"], "config": config}})

        source.cluster.call(publish)
        await until(session, lambda new: finding(new, issue, cause) is None, "the end")
        assert fetched(await went(prompt, session, Way.LOG, ref)).data
        await until(
            session,
            lambda new: told not in {each.log for each in new.snapshot.logs},
            "the attempt to be forgotten",
        )
        prompt.close()


async def test_what_was_never_stored_is_told_by_the_pod_too() -> None:
    issue, cause = "logs-not-found", "never-uploaded"
    ref = ObjectRef("Backup", "openshift-adp", "shop-by-hand")
    async with practice(issue) as (session, launch):
        await until(session, lambda new: finding(new, issue, cause) is not None, cause)
        source = source_of(session)
        told = "backup shop-by-hand (not fetched)"
        prompt = open_prompt(session, launch.build_target(session))
        events = await went(prompt, session, Way.POD_LOG, ref)
        assert isinstance(events[-1], Exited)
        assert events[-1].code
        kept = source.shelf.get(told)
        assert kept is not None
        (line,) = kept.lines()
        assert "the Velero pod says: An error occurred: file not found" in line
        await with_hits(session, told)
        prompt.close()
