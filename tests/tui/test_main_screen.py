from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from driving import press, running, settle
from pictures import expect_picture, screen_text
from screen_fakes import (
    BSL,
    DIAGNOSIS,
    HIT,
    ISSUES,
    MISSING_SECRET,
    READY,
    FakeLaunch,
    FakeSession,
    snapshot,
    state,
    text,
    thing,
)
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from knowledge.finding import Diagnosis, IssueState, Judgement
from knowledge.snapshot import ObjectRef, SourceInfo, SourceType, index
from tui.app import DoctorApp
from tui.engine.kubeconfig import ClusterChoice
from tui.engine.ports import Connection, Phase
from tui.messages import FindingView, IssueView, LogView, ObjectView, StateChanged, YamlView
from tui.panes.pane import FilterInput
from tui.screens.error import ErrorScreen
from tui.screens.help import HelpScreen
from tui.screens.main import MainScreen
from tui.screens.start import StartScreen


def main(pilot: Pilot[Any]) -> MainScreen:
    screen = pilot.app.screen
    assert isinstance(screen, MainScreen)
    return screen


# Pictures


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 36)])
async def test_picture_of_the_main_screen(language: Any, size: tuple[int, int]) -> None:
    async with running(FakeLaunch(language=language), size) as pilot:
        expect_picture(pilot.app, f"main-{size[0]}x{size[1]}-{language}")


@pytest.mark.parametrize("pane", ["1", "3"])
async def test_picture_of_the_other_panes_at_80_columns(pane: str) -> None:
    async with running(size=(80, 24)) as pilot:
        await press(pilot, pane)
        expect_picture(pilot.app, f"main-80x24-pane-{pane}")


async def test_picture_of_help() -> None:
    async with running(size=(100, 30)) as pilot:
        await press(pilot, "question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        expect_picture(pilot.app, "help-100x30")
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, MainScreen)


# Size


async def test_a_terminal_that_is_too_small_says_so_and_loses_nothing() -> None:
    async with running(size=(50, 15)) as pilot:
        assert "60x16" in screen_text(pilot.app)
        assert "Cluster" not in screen_text(pilot.app)
        await pilot.resize_terminal(100, 30)
        await settle(pilot)
        assert "Known issues" in screen_text(pilot.app)
        assert main(pilot).findings.list.has_focus
        assert main(pilot).findings.list.cursor == f"finding:{MISSING_SECRET.key}"


async def test_smallest_size_still_shows_everything_needed() -> None:
    async with running(size=(60, 16)) as pilot:
        shown = screen_text(pilot.app)
        assert "PRACTICE" in shown
        assert "confirmed" in shown


# What is said


async def test_the_worst_finding_is_shown_first_and_in_detail() -> None:
    async with running() as pilot:
        assert main(pilot).detail.view == FindingView(MISSING_SECRET.key)
        assert "What is wrong" in screen_text(pilot.app)


async def test_a_finding_that_comes_after_the_first_judgement_is_shown_too() -> None:
    none_yet = replace(DIAGNOSIS, findings=())
    session = FakeSession(state(diagnosis=none_yet))
    async with running(FakeLaunch(session)) as pilot:
        assert main(pilot).detail.view != FindingView(MISSING_SECRET.key)
        session.give(state(diagnosis=none_yet))
        await settle(pilot)
        session.give(state())
        await settle(pilot)
        assert main(pilot).detail.view == FindingView(MISSING_SECRET.key)


async def test_a_late_finding_does_not_take_the_cursor_from_a_reader() -> None:
    none_yet = replace(DIAGNOSIS, findings=())
    session = FakeSession(state(diagnosis=none_yet))
    async with running(FakeLaunch(session)) as pilot:
        await press(pilot, "2", "down")
        read = main(pilot).findings.list.cursor
        session.give(state())
        await settle(pilot)
        assert main(pilot).findings.list.cursor == read


async def test_an_article_names_what_it_does_not_know_as_commands_do() -> None:
    async with running() as pilot:
        await press(pilot, "2", "end", "enter")
        shown = "\n".join(row.content.plain for row in main(pilot).detail.list.rows)
        assert "${" not in shown


async def test_what_was_not_read_is_never_healthy() -> None:
    async with running() as pilot:
        rows = {row.key: row for row in main(pilot).cluster.list.rows}
        right = rows["group:movements"].right
        assert right is not None
        assert "not read" in right.plain
        main(pilot).cluster.list.focus()
        assert main(pilot).cluster.list.move_to("group:movements")
        await press(pilot, "space")
        rows = {row.key: row for row in main(pilot).cluster.list.rows}
        assert "not read: forbidden" in rows["gap:movements|DataUpload"].content.plain


async def test_absent_kinds_are_named_as_such() -> None:
    objects = {k: v for k, v in snapshot().objects.items() if k != "DataProtectionApplication"}
    bare = snapshot(objects=objects, absent=frozenset({"DataProtectionApplication"}))
    async with running(FakeLaunch(FakeSession(state(snapshot=bare)))) as pilot:
        rows = {row.key: row for row in main(pilot).cluster.list.rows}
        right = rows["group:dpa"].right
        assert right is not None
        assert "not installed" in right.plain


async def test_nothing_found_with_gaps_does_not_sound_healthy() -> None:
    empty = Diagnosis(
        (), {id: IssueState(Judgement.NOT_EVALUATED, (text("secrets"),)) for id in ISSUES}
    )
    async with running(FakeLaunch(FakeSession(state(diagnosis=empty)))) as pilot:
        shown = screen_text(pilot.app)
        assert "could not be" in shown
        assert "None of the known issues" not in shown


@pytest.mark.parametrize(
    ("type", "word"),
    [
        (SourceType.CLUSTER, "CLUSTER"),
        (SourceType.PRACTICE, "PRACTICE"),
        (SourceType.MUST_GATHER, "MUST-GATHER"),
    ],
)
async def test_the_status_line_names_source_and_rights(type: SourceType, word: str) -> None:
    source = SourceInfo(type, "prod", "openshift-adp")
    there = replace(READY, context="prod")
    session = FakeSession(state(snapshot=snapshot(source=source), connection=there))
    async with running(FakeLaunch(session, read_only=True), (80, 24)) as pilot:
        top = screen_text(pilot.app).splitlines()[:2]
        for part in (word, "READ-ONLY", "prod", "openshift-adp", "kube:admin", "42 requests"):
            assert part in " ".join(top)


async def test_a_lost_connection_is_said_and_the_facts_stay() -> None:
    session = FakeSession()
    async with running(FakeLaunch(session)) as pilot:
        lost = replace(READY, phase=Phase.LOST, message=text("api.example.com does not answer"))
        session.give(state(version=2, connection=lost))
        await settle(pilot)
        shown = screen_text(pilot.app)
        assert "connection lost" in shown
        assert "node-agent" in shown


# Keys and focus


async def test_tab_goes_round_the_panes() -> None:
    async with running() as pilot:
        seen = []
        for _round in range(3):
            await press(pilot, "tab")
            seen.append(main(pilot).current)
        assert seen == ["detail", "cluster", "findings"]
        await press(pilot, "shift+tab")
        assert main(pilot).current == "cluster"


async def test_enter_on_object_evidence_shows_the_object_and_escape_comes_back() -> None:
    async with running() as pilot:
        await press(pilot, "enter")
        detail = main(pilot).detail
        assert detail.list.has_focus
        assert detail.list.move_to("evidence:0")
        await press(pilot, "enter")
        path = 'metadata.labels."app.kubernetes.io/component"'
        assert detail.view == YamlView(BSL, path)
        assert "bucket: shop-backups" in screen_text(pilot.app)
        await press(pilot, "escape")
        assert detail.view == FindingView(MISSING_SECRET.key)
        assert detail.list.cursor == "evidence:0"
        await press(pilot, "escape")
        assert main(pilot).current == "findings"


async def test_enter_on_log_evidence_shows_the_line() -> None:
    async with running() as pilot:
        await press(pilot, "enter")
        main(pilot).detail.list.move_to("evidence:2")
        await press(pilot, "enter")
        shown = screen_text(pilot.app)
        assert str(HIT.line) in shown
        assert HIT.log in shown


async def test_keys_of_k9s_show_yaml_logs_and_detail() -> None:
    async with running() as pilot:
        await press(pilot, "1")
        main(pilot).cluster.list.move_to("object:Backup|openshift-adp|nightly-20250701")
        await press(pilot, "d")
        backup = ObjectRef("Backup", "openshift-adp", "nightly-20250701")
        assert main(pilot).detail.view == ObjectView(backup)
        await press(pilot, "y")
        assert main(pilot).detail.view == YamlView(backup)
        await press(pilot, "escape", "l")
        assert main(pilot).detail.view == LogView(ref=backup)
        assert "4211" in screen_text(pilot.app)


async def test_the_cursor_stays_on_its_row_while_states_come() -> None:
    session = FakeSession()
    async with running(FakeLaunch(session)) as pilot:
        await press(pilot, "down")
        key = main(pilot).findings.list.cursor
        more = {**snapshot().objects, "Restore": index([thing("another", status={})])}
        session.give(state(version=2, snapshot=snapshot(objects=more)))
        await settle(pilot)
        assert main(pilot).findings.list.cursor == key
        assert "another" in screen_text(pilot.app)


@pytest.mark.parametrize("moved", [False, True])
async def test_a_finding_that_comes_late_is_gone_to_unless_the_cursor_was_moved(
    moved: bool,
) -> None:
    launch = FakeLaunch(FakeSession(state(diagnosis=replace(DIAGNOSIS, findings=()))))
    async with running(launch, (120, 36)) as pilot:
        assert main(pilot).findings.list.cursor.startswith("issue:")
        if moved:
            await press(pilot, "down")
        launch.session.give(state(version=2))
        await settle(pilot)
        gone = main(pilot).findings.list.cursor == f"finding:{MISSING_SECRET.key}"
        assert gone is not moved


async def test_a_group_opens_and_closes() -> None:
    async with running() as pilot:
        await press(pilot, "1")
        cluster = main(pilot).cluster
        cluster.list.move_to("group:operator")
        await press(pilot, "enter")
        assert "oadp-operator.v1.4.1" in screen_text(pilot.app)
        await press(pilot, "space")
        assert "oadp-operator.v1.4.1" not in screen_text(pilot.app)


async def test_many_healthy_lines_are_counted_until_asked_for() -> None:
    async with running() as pilot:
        await press(pilot, "1")
        keys = [row.key for row in main(pilot).cluster.list.rows]
        assert "object:Backup|openshift-adp|nightly-20250610" not in keys
        main(pilot).cluster.list.move_to("more:backups")
        await press(pilot, "enter")
        keys = [row.key for row in main(pilot).cluster.list.rows]
        assert "object:Backup|openshift-adp|nightly-20250610" in keys


# Filter


async def test_filter_of_the_cluster_pane_and_escape() -> None:
    async with running() as pilot:
        await press(pilot, "1", "slash")
        assert isinstance(pilot.app.focused, FilterInput)
        await press(pilot, *"custom")
        await settle(pilot)
        keys = [row.key for row in main(pilot).cluster.list.rows]
        assert keys == ["group:storage", "object:BackupStorageLocation|openshift-adp|custom"]
        await press(pilot, "escape")
        assert len(main(pilot).cluster.list.rows) > 10
        assert main(pilot).cluster.list.has_focus


async def test_letters_in_a_filter_are_letters() -> None:
    async with running() as pilot:
        await press(pilot, "slash", "q", "L", "w")
        assert main(pilot).findings.filter.value == "qLw"


async def test_search_finds_issues_by_words() -> None:
    async with running() as pilot:
        await press(pilot, "slash", *"memory")
        await settle(pilot)
        keys = [row.key for row in main(pilot).findings.list.rows if row.selectable]
        assert "issue:node-agent-oom" in keys
        assert "issue:bsl-unavailable" not in keys
        await press(pilot, "enter")
        assert main(pilot).findings.list.has_focus


async def test_pasted_lines_are_searched_as_lines_and_shown_as_one() -> None:
    async with running() as pilot:
        await press(pilot, "slash")
        box = pilot.app.focused
        assert isinstance(box, FilterInput)
        box.post_message(events.Paste("level=info  msg=a\r\nlevel=error msg=b\n"))
        await settle(pilot)
        assert box.value == "level=info msg=a level=error msg=b"
        assert box.searched.splitlines() == ["level=info  msg=a", "level=error msg=b"]
        await press(pilot, "x")
        assert box.searched.splitlines()[-1] == "level=error msg=bx"


async def test_several_pasted_lines_are_taken_whole() -> None:
    async with running() as pilot:
        await press(pilot, "slash")
        box = pilot.app.focused
        assert isinstance(box, Input)
        box.post_message(events.Paste("first line\nsecond [/x] line\n"))
        await settle(pilot)
        assert box.value == "first line second [/x] line"


# Language


async def test_language_switches_everything_at_once() -> None:
    async with running() as pilot:
        before = screen_text(pilot.app)
        await press(pilot, "L")
        await settle(pilot)
        shown = screen_text(pilot.app)
        for word in ("検出結果と既知の問題", "クラスター", "確定", "根拠", "ランブック", "練習用"):
            assert word in shown
        await press(pilot, "L")
        pilot.app.clear_notifications()
        await settle(pilot)
        assert screen_text(pilot.app) == before


# Palette


async def test_palette_goes_to_an_issue_by_name() -> None:
    async with running() as pilot:
        await press(pilot, "colon")
        await press(pilot, *"unavailable")
        await settle(pilot)
        await pilot.pause(0.3)
        await press(pilot, "down", "enter")
        await settle(pilot)
        assert main(pilot).detail.view == IssueView("bsl-unavailable")


# Start


async def test_a_source_that_cannot_be_opened_leads_to_the_start_screen() -> None:
    launch = FakeLaunch(error=text("The kubeconfig has no current context."))
    async with running(launch, (100, 24)) as pilot:
        assert isinstance(pilot.app.screen, StartScreen)
        expect_picture(pilot.app, "start-100x24")


async def test_a_scenario_of_the_start_screen_is_opened() -> None:
    launch = FakeLaunch(error=text("The kubeconfig has no current context."))
    async with running(launch) as pilot:
        start = pilot.app.screen
        assert isinstance(start, StartScreen)
        start.choices.move_to("scenario:healthy")
        await press(pilot, "enter")
        await settle(pilot)
        assert launch.opened[0] is None
        assert launch.opened[1].scenario == "healthy"
        assert isinstance(pilot.app.screen, MainScreen)
        assert launch.session.started


async def test_a_connection_that_fails_leads_to_the_start_screen_once() -> None:
    failed = Connection(Phase.FAILED, message=text("The token has expired. Log in with oc."))
    broken = state(connection=failed, diagnosed=False, diagnosis=Diagnosis((), {}))
    session = FakeSession(broken)
    async with running(FakeLaunch(session)) as pilot:
        assert isinstance(pilot.app.screen, StartScreen)
        assert "The token has expired." in screen_text(pilot.app)
        session.give(replace(broken, version=2))
        await settle(pilot)
        assert len(pilot.app.screen_stack) == 2


# Hostile text


async def test_hostile_names_labels_and_log_lines_are_only_text() -> None:
    evil = "[red]x[/velero] \x1b]0;owned\x07 [@click=app.quit]y[/]"
    name = "[/x][bold]evil"
    ref = ObjectRef("Backup", "openshift-adp", name)
    body = thing(name, status={"phase": evil, "failureReason": evil}, labels={evil: evil})
    hit = replace(HIT, text=evil, log=evil, fields={"backup": name})
    finding = replace(
        MISSING_SECRET,
        title=text(f"${{x}} {evil}"),
        subjects=(ref,),
        evidence=(replace(MISSING_SECRET.evidence[2], hit=hit, says=text(evil)),),  # type: ignore[type-var]
        missing=(text(evil),),
    )
    objects = {**snapshot().objects, "Backup": index([body])}
    hostile = state(
        snapshot=snapshot(
            objects=objects,
            unread={"DataUpload": text(evil)},
            source=SourceInfo(SourceType.CLUSTER, evil, name),
        ),
        diagnosis=replace(DIAGNOSIS, findings=(finding,)),
        connection=replace(READY, phase=Phase.LOST, message=text(evil), user=evil),
    )
    async with running(FakeLaunch(FakeSession(hostile))) as pilot:
        app = pilot.app
        assert "[red]x[/velero]" in screen_text(app)
        await press(pilot, "enter", "y", "escape", "l", "escape", "escape", "1")
        main(pilot).open(ObjectView(ref))
        await settle(pilot)
        assert "[/x][bold]evil" in screen_text(app)
        await press(pilot, "L", "L", "colon", *"evil")
        await settle(pilot)
        assert "\x1b" not in screen_text(app)
        assert app.is_running


# Bugs


async def test_an_unexpected_error_is_shown_and_the_program_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setattr("platformdirs.user_state_path", lambda name: tmp_path)
    async with running(strict=False) as pilot:
        monkeypatch.setattr(MainScreen, "action_detail", lambda self: 1 / 0)
        await press(pilot, "d")
        await settle(pilot)
        assert isinstance(pilot.app.screen, ErrorScreen)
        assert "ZeroDivisionError" in screen_text(pilot.app)
        assert "Traceback" not in screen_text(pilot.app)
        files = list(tmp_path.glob("error-*.log"))
        assert len(files) == 1
        assert "Traceback" in files[0].read_text()
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, MainScreen)
        await press(pilot, "tab")
        assert main(pilot).current == "detail"


async def test_leaving_stops_the_session() -> None:
    launch = FakeLaunch()
    async with running(launch) as pilot:
        await press(pilot, "q")
    assert launch.session.stopped


async def test_contexts_are_those_of_the_kubeconfig_that_was_named() -> None:
    choice = ClusterChoice(kubeconfig="/etc/kube", context="nope")
    launch = FakeLaunch(error=text("There is no context 'nope'", "ありません"), choice=choice)
    async with running(launch) as pilot:
        start = pilot.app.screen
        assert isinstance(start, StartScreen)
        assert launch.looked_in == "/etc/kube"
        assert start.choices.move_to("context:prod/api-prod:6443/admin")
        await press(pilot, "enter")
        await settle(pilot)
        assert launch.opened[-1] == ClusterChoice("/etc/kube", "prod/api-prod:6443/admin")


async def test_no_oadp_is_no_good_news() -> None:
    empty = state(
        snapshot=replace(snapshot(), objects={}),
        diagnosis=Diagnosis((), {id: IssueState(Judgement.NOT_FOUND) for id in ISSUES}),
    )
    async with running(FakeLaunch(session=FakeSession(empty))) as pilot:
        shown = " ".join(screen_text(pilot.app).split())
        assert "There is no OADP in" in shown
        assert "None of the known issues was found" not in shown


def test_a_state_that_comes_when_all_screens_are_gone_is_let_go() -> None:
    app = DoctorApp(FakeLaunch(), strict=True)  # type: ignore[arg-type]
    app.session = FakeSession()  # type: ignore[assignment]
    assert not app.screen_stack
    app._state_changed(StateChanged(state()))
