"""Every procedure, walked to its verified end over real HTTP: the finding disappears by itself."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.walk.clients import CLIENTS
from tests.walk.walker import finding, new_journal, practice, until, walk

IMAGES = "imagestream-registry-secret-missing"
KNATIVE = "knative-admission-webhook"
IBM = "ibm-appconnect-webhook"
CRASH = "dpa-cloudstorage-segfault"

WALKS = [
    (IMAGES, "bsl-unlabelled", {}),
    (f"{IMAGES}/old-panic", "bsl-unlabelled", {}),
    (f"{IMAGES}/not-reconciled-by-itself", "bsl-unlabelled", {}),
    (f"{IMAGES}/not-reconciled-by-itself", "bsl-unlabelled", {"force": "touch-dpa"}),
    (f"{IMAGES}/images-on-again", "images-off", {}),
    (f"{IMAGES}/labelled", "not-reconciled", {}),
    (f"{IMAGES}/bucket-unlabelled", "bucket-bsl-unlabelled", {}),
    (f"{IMAGES}/provider-spelling", "provider-spelling", {}),
    (KNATIVE, "children-refused", {}),
    (f"{KNATIVE}/typo-restored-nothing", "typo-restored-nothing", {}),
    (IBM, "version-not-supported", {"way": "leave-out"}),
    (IBM, "version-not-supported", {"way": "change-version"}),
    (CRASH, "bucket-with-node-agent", {"fix": "write-velero"}),
    (CRASH, "bucket-with-node-agent", {"fix": "agent-off"}),
    (f"{CRASH}/upgraded", "bucket-with-node-agent", {"fix": "upgrade"}),
    (f"{CRASH}/both-defined", "both-defined", {"keep": "velero"}),
    (f"{CRASH}/both-defined", "both-defined", {"keep": "bucket"}),
    (f"{CRASH}/neither-defined", "neither-defined", {"complete": "remove"}),
    (f"{CRASH}/neither-defined", "neither-defined", {"complete": "fill-in"}),
    (f"{CRASH}/non-admin-bucket", "bucket-before-default", {}),
    ("plugin-eof-benign", "plugin-finished", {}),
]
TYPED = {"change-version": {"version": "12.0-lts"}, "fill-in": {"bucket_name": "second-store"}}
"""Option that was chosen -> what a person types then."""


def _more() -> list[Any]:
    """Return the modules that add walks: `walks_*.py` beside this file, with `WALKS`, `TYPED`."""
    files = sorted(Path(__file__).parent.glob("walks_*.py"))
    return [import_module(f"tests.walk.{file.stem}") for file in files]


for _module in _more():
    WALKS += _module.WALKS
    TYPED |= getattr(_module, "TYPED", {})


def first_walks() -> list[tuple[str, str, dict[str, str]]]:
    """Return the first walk of each issue."""
    first: dict[str, tuple[str, str, dict[str, str]]] = {}
    for walked in WALKS:
        first.setdefault(walked[0].partition("/")[0], walked)
    return list(first.values())


FIRST = first_walks()
"""With the stand-in these are walked on the screen (`test_screen_walks`), here with kubectl."""


def _walks() -> list[Any]:
    stand_in, kubectl = CLIENTS
    found = []
    for walked in WALKS:
        client = kubectl if walked in FIRST else stand_in
        name = f"{walked[0]}-{walked[1]}-{client.id}"
        found.append(pytest.param(*walked, *client.values, marks=client.marks, id=name))
    return found


@pytest.mark.parametrize(("scenario", "cause", "choices", "client"), _walks())
async def test_the_procedure_ends_with_the_finding_gone(
    scenario: str, cause: str, choices: dict[str, str], client: str, tmp_path: Path
) -> None:
    issue = scenario.partition("/")[0]
    async with practice(scenario, oc=client) as (session, launch):
        state = await until(session, lambda s: finding(s, issue, cause) is not None, cause)
        found = finding(state, issue, cause)
        assert found is not None
        typed = {k: v for way in choices.values() for k, v in TYPED.get(way, {}).items()}
        # Where nothing comes by itself, a person gives the wait up and forces it.
        forced = "not-reconciled" in scenario or "bucket-unlabelled" in scenario
        given_up = frozenset({"wait-secret"}) if forced else frozenset()
        steps = await walk(
            session,
            launch,
            found,
            new_journal(tmp_path),
            choices=choices,
            inputs=typed,
            impatient=given_up,
        )
        assert steps
        await until(session, lambda s: finding(s, issue, cause) is None, f"the end of {cause}")
