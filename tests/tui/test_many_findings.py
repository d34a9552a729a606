"""Thirty failed nights are one thing to know: findings alike are folded, the newest shown."""

from __future__ import annotations

from dataclasses import replace

from driving import press, running
from pictures import screen_text
from screen_fakes import DIAGNOSIS, MISSING_SECRET, FakeLaunch, FakeSession, state, text

from knowledge.finding import Diagnosis, Finding, Verdict
from knowledge.snapshot import ObjectRef
from tui.messages import FindingView
from tui.screens.main import MainScreen


def night(number: int, root: str = "") -> Finding:
    name = f"night-{number:02}"
    return replace(
        MISSING_SECRET,
        issue="backup-partially-failed",
        cause="partially-failed",
        verdict=Verdict.LIKELY,
        title=text(f"Some items of {name} failed", f"{name} の一部の項目が失敗"),
        subjects=(ObjectRef("Backup", "openshift-adp", name),),
        bindings=({"started_at": f"2025-07-{number:02}T02:00:00Z"},),
        consequence_of=root,
        about=(name,),
    )


def launch(*findings: Finding) -> FakeLaunch:
    diagnosis = Diagnosis(findings, DIAGNOSIS.issues)
    return FakeLaunch(FakeSession(state(diagnosis=diagnosis)))


def nights(shown: str) -> list[str]:
    return [f"{number:02}" for number in range(1, 31) if f"night-{number:02}" in shown]


async def test_many_alike_are_folded_and_opened_by_enter() -> None:
    findings = [MISSING_SECRET, *(night(number) for number in range(1, 31))]
    async with running(launch(*findings), (150, 60)) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, MainScreen)
        shown = screen_text(pilot.app)
        assert nights(shown) == ["28", "29", "30"]
        assert "▸ 27 more" in shown
        await press(pilot, "2", "down", "down", "down", "down")
        assert isinstance(screen.detail.view, FindingView)
        before = screen.detail.view
        await press(pilot, "enter")
        shown = screen_text(pilot.app)
        assert "▾ 27 more" in shown
        assert nights(shown)[-4:] == ["27", "28", "29", "30"]
        assert screen.detail.view == before
        await press(pilot, "enter")
        assert nights(screen_text(pilot.app)) == ["28", "29", "30"]


async def test_consequences_are_folded_below_their_root() -> None:
    findings = [MISSING_SECRET, *(night(number, MISSING_SECRET.key) for number in range(1, 31))]
    async with running(launch(*findings), (150, 60)) as pilot:
        shown = screen_text(pilot.app)
        assert "↳ ? Some items of night-30" in shown
        assert "↳ ? Some items of night-27" not in shown
        assert "▸ 27 more" in shown


async def test_a_few_are_all_shown_and_so_is_what_a_search_finds() -> None:
    async with running(launch(*map(night, range(1, 6))), (150, 60)) as pilot:
        assert nights(screen_text(pilot.app)) == ["01", "02", "03", "04", "05"]
    async with running(launch(*map(night, range(1, 31))), (150, 60)) as pilot:
        await press(pilot, "2", "slash", *"night-17")
        await pilot.pause(0.5)
        assert "17" in nights(screen_text(pilot.app))
