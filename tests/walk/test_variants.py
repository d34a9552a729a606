"""Procedures walked on incidents that differ from the practised ones."""

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.walk.walker import finding, new_journal, practice, until, walk
from tui.engine.launch import Launch
from tui.engine.outcome import StepState
from tui.engine.session import Session

IMAGES = "imagestream-registry-secret-missing"
CRASH = "dpa-cloudstorage-segfault"
DPA = "dataprotectionapplications.oadp.openshift.io"


async def oc(session: Session, launch: Launch, *arguments: str) -> str:
    """Run a command against the practice cluster and return its output."""
    target = launch.build_target(session)
    argv = target.argv(target.namespace, arguments)
    process = await asyncio.create_subprocess_exec(
        *argv, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, output.decode()
    return output.decode()


async def patch_dpa(session: Session, launch: Launch, spec: dict[str, Any]) -> None:
    """Change the spec of the practice cluster's DPA."""
    await oc(
        session,
        launch,
        "patch",
        DPA,
        "dpa-sample",
        "--type=merge",
        "-p",
        json.dumps({"spec": spec}),
    )


async def test_a_label_with_another_value_is_replaced_and_can_be_restored(tmp_path: Path) -> None:
    async with practice(IMAGES) as (session, launch):
        await until(session, lambda s: finding(s, IMAGES, "bsl-unlabelled") is not None, "finding")
        component = "app.kubernetes.io/component=storage"
        await oc(session, launch, "label", "backupstoragelocations.velero.io", "custom", component)
        state = await until(
            session,
            lambda s: any(
                row.get("component") == "storage"
                for each in s.diagnosis.findings
                for row in each.bindings
            ),
            "the other value",
        )
        found = finding(state, IMAGES, "bsl-unlabelled")
        assert found is not None
        steps = await walk(session, launch, found, new_journal(tmp_path))
        states = {step: state for step, state, _ in steps}
        assert states["relabel"] is StepState.DONE
        assert "label" not in states or states["label"] is StepState.NOT_NEEDED
        await until(session, lambda s: finding(s, IMAGES, "bsl-unlabelled") is None, "the end")


async def test_restic_is_switched_off_where_it_is_restic(tmp_path: Path) -> None:
    async with practice(CRASH) as (session, launch):
        await until(session, lambda s: finding(s, CRASH, "bucket-with-node-agent") is not None, "")
        configuration = {"nodeAgent": None, "restic": {"enable": True}}
        await patch_dpa(session, launch, {"configuration": configuration})
        state = await until(
            session,
            lambda s: any(
                proof.fact == "restic-on"
                for each in s.diagnosis.findings
                for proof in each.evidence
            ),
            "restic",
        )
        found = finding(state, CRASH, "bucket-with-node-agent")
        assert found is not None
        steps = await walk(
            session, launch, found, new_journal(tmp_path), choices={"fix": "agent-off"}
        )
        assert {step: state for step, state, _ in steps}["restic-off"] is StepState.DONE
        text = await oc(session, launch, "get", DPA, "dpa-sample", "-o", "json")
        assert json.loads(text)["spec"]["configuration"]["restic"]["enable"] is False


async def test_an_entry_without_default_and_prefix_keeps_its_place(tmp_path: Path) -> None:
    async with practice(CRASH) as (session, launch):
        await until(session, lambda s: finding(s, CRASH, "bucket-with-node-agent") is not None, "")
        first = {
            "name": "first",
            "velero": {
                "provider": "aws",
                "default": True,
                "objectStorage": {"bucket": "practice-oadp-backups", "prefix": "first"},
                "config": {"region": "us-east-2"},
                "credential": {"name": "cloud-credentials", "key": "cloud"},
            },
        }
        second = {
            "name": "second",
            "bucket": {
                "cloudStorageRef": {"name": "practice-bucket"},
                "credential": {"name": "cloud-credentials", "key": "cloud"},
            },
        }
        entries = {"backupLocations": [first, second], "backupImages": False}
        await patch_dpa(session, launch, entries)
        state = await until(
            session,
            lambda s: any(
                row.get("index") == "1" for each in s.diagnosis.findings for row in each.bindings
            ),
            "the second entry",
        )
        found = finding(state, CRASH, "bucket-with-node-agent")
        assert found is not None
        await walk(session, launch, found, new_journal(tmp_path), choices={"fix": "write-velero"})
        text = await oc(session, launch, "get", DPA, "dpa-sample", "-o", "json")
        written = json.loads(text)["spec"]["backupLocations"]
        assert written[0] == first
        assert "bucket" not in written[1]
        assert "default" not in written[1]["velero"]
        # Velero trims it: the backups stay where they are.
        assert written[1]["velero"]["objectStorage"]["prefix"] == "/"
