"""Knowledge files of the user's own are used as soon as they are saved."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.origin import Origin
from tui.app import DoctorApp
from tui.engine.knowledge_files import KnowledgeFiles
from tui.engine.launch import Launch, PracticeChoice

OURS = """\
id: our-own
title: {{en: "{title}", ja: "{title} です"}}
summary: {{en: s, ja: あ}}
cause: {{en: c, ja: あ}}
severity: error
sources: []
facts:
  dpa:
    says: {{en: "a DPA", ja: "DPA"}}
    symptom: true
    object: {{kind: DataProtectionApplication, bind: {{dpa: metadata.name}}}}
causes:
  - id: there
    title: {{en: "{title}", ja: "{title} です"}}
    explain: {{en: e, ja: あ}}
    when: [dpa]
"""


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


async def _until(holds: Callable[[], bool], what: str) -> None:
    async with asyncio.timeout(180):
        while not holds():
            await asyncio.sleep(0.05)
    assert holds(), what


async def test_a_saved_file_is_used_at_once_and_a_broken_one_loses_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    folder.mkdir()
    file = folder / "our-own.yaml"
    file.write_text(OURS.format(title="First"), encoding="utf-8")
    launch = Launch(choice=PracticeChoice("healthy"), knowledge=(folder,))
    app = DoctorApp(launch, strict=True)

    def titles() -> set[str]:
        findings = app.session.state.diagnosis.findings if app.session else ()
        return {each.title.en for each in findings if each.issue == "our-own"}

    async with app.run_test(size=(120, 36)):
        await _until(lambda: titles() == {"First"}, "the first version")
        file.write_text(OURS.format(title="Second"), encoding="utf-8")
        await _until(lambda: titles() == {"Second"}, "the second version")
        broken = OURS.format(title="Third").replace("severity: error", "severity: terrible")
        file.write_text(broken, encoding="utf-8")
        await _until(lambda: bool(app.session and app.session.knowledge.problems), "the problem")
        assert app.session is not None
        (problem,) = app.session.knowledge.problems
        assert problem.line == 5
        assert str(file) in str(problem)
        assert titles() == {"Second"}


def test_the_folder_beside_the_settings_is_always_read(tmp_path: Path) -> None:
    own = tmp_path / "config" / "oadp-doctor" / "knowledge"
    own.mkdir(parents=True)
    text = OURS.format(title="Mine").replace("id: our-own", "id: plugin-eof-benign", 1)
    (own / "plugin-eof-benign.yaml").write_text(text, encoding="utf-8")
    (own / "our-own.yaml").write_text(OURS.format(title="New"), encoding="utf-8")
    base = Launch().base
    assert base.issues["plugin-eof-benign"].title.en == "Mine"
    assert base.origin("plugin-eof-benign") is Origin.REPLACED
    assert base.origin("our-own") is Origin.ADDED
    assert base.origin("knative-admission-webhook") is Origin.BUILT_IN


def test_nothing_is_read_again_while_nothing_was_saved(tmp_path: Path) -> None:
    files = KnowledgeFiles((tmp_path,))
    base = files.load()
    assert files.reread(base) is None
    (tmp_path / "our-own.yaml").write_text(OURS.format(title="New"), encoding="utf-8")
    again = files.reread(base)
    assert again is not None
    assert "our-own" in again.issues
    assert files.reread(again) is None
    (tmp_path / "our-own.yaml").unlink()
    without = files.reread(again)
    assert without is not None
    assert "our-own" not in without.issues
