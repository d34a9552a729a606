from __future__ import annotations

from typing import Any

from driving import press
from pictures import screen_text
from textual.app import App, ComposeResult
from textual.content import Content
from textual.pilot import Pilot

from tui.widgets.row_list import Row, RowList


class ListApp(App[None]):
    CSS = "Screen { overflow: hidden; }"

    def __init__(self, rows: list[Row]) -> None:
        super().__init__()
        self.seen: list[tuple[str, str]] = []
        self._given = rows

    def compose(self) -> ComposeResult:
        yield RowList()

    def on_mount(self) -> None:
        self.list.set_rows(self._given)
        self.list.focus()

    @property
    def list(self) -> RowList:
        return self.query_one(RowList)

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        self.seen.append(("highlighted", event.key))

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        self.seen.append(("chosen", event.key))


def many(count: int) -> list[Row]:
    return [Row(f"row:{n}", Content(f"row {n}")) for n in range(count)]


async def test_50_000_rows_are_shown_and_reached() -> None:
    app = ListApp(many(50_000))
    async with app.run_test(size=(40, 10)) as pilot:
        await press(pilot, "end")
        assert app.list.cursor == "row:49999"
        assert "row 49999" in screen_text(app)
        await press(pilot, "pageup")
        assert app.list.cursor == "row:49990"
        await press(pilot, "home")
        assert "row 0" in screen_text(app)


async def test_long_lines_end_in_an_ellipsis_by_cells() -> None:
    rows = [Row("a", Content("日本語" * 20), right=Content("✓ 状態"))]
    app = ListApp(rows)
    async with app.run_test(size=(30, 5)) as pilot:
        await pilot.pause()
        first = screen_text(app).splitlines()[0]
        assert first.endswith("✓ 状態")
        assert "…" in first


async def test_wrapped_rows_stand_further_in_after_the_first_line() -> None:
    app = ListApp([Row("a", Content("one two three four five"), lines=0, hang=2)])
    async with app.run_test(size=(12, 6)) as pilot:
        await pilot.pause()
        assert screen_text(app).splitlines()[:3] == ["one two", "  three four", "  five"]


async def test_the_cursor_passes_over_text_and_stops_at_links() -> None:
    rows = [
        Row("text:1", Content("text"), selectable=False),
        Row("link:1", Content("first")),
        Row("text:2", Content("text"), selectable=False),
        Row("link:2", Content("second")),
    ]
    app = ListApp(rows)
    async with app.run_test(size=(20, 6)) as pilot:
        assert app.list.cursor == "link:1"
        await press(pilot, "down", "enter")
        assert app.seen[-1] == ("chosen", "link:2")


async def test_long_text_before_a_link_is_scrolled_not_jumped_over() -> None:
    text = [Row(f"text:{n}", Content(f"line {n}"), selectable=False) for n in range(50)]
    app = ListApp([Row("link:1", Content("first")), *text, Row("link:2", Content("last"))])
    async with app.run_test(size=(20, 8)) as pilot:
        await press(pilot, "down", "down")
        assert app.list.cursor == "link:1"
        assert "line 8" in screen_text(app)
        for _line in range(60):
            await press(pilot, "down")
        assert app.list.cursor == "link:2"


async def test_the_cursor_stays_on_its_key_and_goes_to_a_neighbour_when_it_is_gone() -> None:
    app = ListApp(many(10))
    async with app.run_test(size=(20, 12)) as pilot:
        await press(pilot, "down", "down")
        app.list.set_rows(many(10)[1:])
        assert app.list.cursor == "row:2"
        app.list.set_rows([row for row in many(10) if row.key != "row:2"])
        assert app.list.cursor in ("row:1", "row:3")
        app.list.set_rows([])
        assert app.list.cursor == ""
        await press(pilot, "down", "up", "pageup", "pagedown", "home", "end", "enter")


async def test_a_click_moves_the_cursor_and_a_second_one_chooses() -> None:
    app = ListApp(many(10))
    async with app.run_test(size=(20, 12)) as pilot:
        await pilot.click(RowList, offset=(3, 4))
        assert app.list.cursor == "row:4"
        assert ("chosen", "row:4") not in app.seen
        await pilot.click(RowList, offset=(3, 4))
        await pilot.pause()
        assert ("chosen", "row:4") in app.seen


async def test_text_is_selected_with_the_mouse_and_copied() -> None:
    app = ListApp([Row("a", Content("保存場所 custom")), Row("b", Content("second line"))])
    async with app.run_test(size=(30, 5)) as pilot:
        await drag(pilot, (0, 0), (5, 1))
        await press(pilot, "ctrl+c")
        assert app.clipboard == "保存場所 custom\nsecond"


async def drag(pilot: Pilot[Any], start: tuple[int, int], end: tuple[int, int]) -> None:
    await pilot.mouse_down(RowList, offset=start)
    await pilot.hover(RowList, offset=end)
    await pilot.mouse_up(RowList, offset=end)
    await pilot.pause()
