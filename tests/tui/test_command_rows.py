from __future__ import annotations

from dataclasses import replace

import pytest
from fake_runbook import TARGET

from knowledge.command import shown
from tui.rows.command import brief, command

CONFIG = replace(TARGET, prefix=("/usr/bin/oc",), kubeconfig="/tmp/my config")


@pytest.mark.parametrize("namespace", ["openshift-adp", "shop", ""])
@pytest.mark.parametrize("stdin", [None, '{"kind": "Restore"}\n'])
def test_a_command_stays_exact_and_its_pinned_beginning_is_quiet(
    namespace: str, stdin: str | None
) -> None:
    text = shown(CONFIG.argv(namespace, ("create", "-f", "-")), stdin)
    content = command(text, CONFIG)
    assert content.plain == text
    assert content.spans[0].style == "$text-muted"
    assert "create" not in content.plain[: content.spans[0].end]


def test_the_short_form_names_program_verb_and_input() -> None:
    text = shown(CONFIG.argv("openshift-adp", ("create", "-f", "-")), "{}\n")
    assert brief(text, CONFIG) == "oc … create -f - …"
    stand_in = replace(TARGET, prefix=("/usr/bin/python3", "-m", "tui.practice.oc"))
    text = shown(stand_in.argv("openshift-adp", ("get", "pods")))
    assert brief(text, stand_in) == "oc … get pods"


def test_a_command_of_another_beginning_is_shown_as_it_is() -> None:
    assert brief("oc get pods", CONFIG) == "oc get pods"
    assert command("oc get pods", CONFIG).plain == "oc get pods"
