from hypothesis import given
from hypothesis import strategies as st

from tui.engine.resume import Resume


def log(*stamps: float) -> bytes:
    lines = (
        f"2026-11-23T10:00:{int(stamp):02d}.{round(stamp % 1 * 10)}00000000Z line {number}\n"
        for number, stamp in enumerate(stamps)
    )
    return "".join(lines).encode()


def test_first_reading_gives_everything() -> None:
    resume = Resume()
    resume.begin()
    assert resume.since == ""
    assert resume.fresh(log(1, 2)) == log(1, 2)
    # One second more than was seen: lines of two streams are not quite in order.
    assert resume.since == "2026-11-23T10:00:01Z"


def test_lines_of_the_same_second_are_not_doubled_nor_lost() -> None:
    whole = log(1, 2.1, 2.5, 2.5, 2.5, 3)
    seen = whole[: whole.index(b"line 4")].rsplit(b"\n", 1)[0] + b"\n"
    resume = Resume()
    resume.begin()
    assert resume.fresh(seen) == seen
    resume.begin()
    again = whole[whole.index(b"2026-11-23T10:00:02.1") :]
    assert seen + resume.fresh(again) == whole


def test_cut_line_is_read_again() -> None:
    resume = Resume()
    resume.begin()
    cut = resume.fresh(log(1, 2)[:-4])
    assert cut == log(1)
    resume.begin()
    assert cut + resume.fresh(log(1, 2)) == log(1, 2)


def test_zone_does_not_matter() -> None:
    resume = Resume()
    resume.begin()
    resume.fresh(b"2026-11-23T19:00:01+09:00 a\n")
    assert resume.since == "2026-11-23T10:00:00Z"
    resume.begin()
    assert resume.fresh(b"2026-11-23T19:00:01+09:00 a\n2026-11-23T10:00:02Z b\n").endswith(b"Z b\n")


@given(
    st.lists(st.integers(0, 50), min_size=1, max_size=30).map(sorted),
    st.lists(st.integers(0, 3000), max_size=4).map(sorted),
    st.integers(1, 40),
)
def test_any_interruptions_give_the_log_once(tenths: list[int], cuts: list[int], size: int) -> None:
    whole = log(*(tenth / 10 for tenth in tenths))
    resume, taken = Resume(), b""
    for cut in (*cuts, len(whole)):
        resume.begin()
        served = b"".join(
            line
            for line in whole[:cut].splitlines(keepends=True)
            if not resume.since or line[:19] >= resume.since[:19].encode()
        )
        for start in range(0, len(served), size):
            taken += resume.fresh(served[start : start + size])
    assert taken == whole


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(-9, 9)), min_size=1, max_size=30),
    st.lists(st.integers(0, 3000), max_size=4).map(sorted),
    st.integers(1, 40),
)
def test_lines_that_are_not_quite_in_order_come_once_each(
    written: list[tuple[int, int]], cuts: list[int], size: int
) -> None:
    """Standard output and standard error are written by two hands, within a second."""
    stamps = [max(0, tenth + late) / 10 for tenth, late in sorted(written, key=lambda x: x[0])]
    whole = log(*stamps)
    resume, taken = Resume(), b""
    for cut in (*cuts, len(whole)):
        resume.begin()
        served = b"".join(
            line
            for line in whole[:cut].splitlines(keepends=True)
            if not resume.since or line[:19] >= resume.since[:19].encode()
        )
        for start in range(0, len(served), size):
            taken += resume.fresh(served[start : start + size])
    assert len(set(taken.splitlines())) == len(taken.splitlines())
    late = [
        line
        for line, stamp, before in zip(
            whole.splitlines(),
            stamps,
            [max(stamps[: at + 1]) for at in range(len(stamps))],
            strict=True,
        )
        if int(stamp) < int(before) - 1
    ]
    assert set(whole.splitlines()) - set(taken.splitlines()) <= set(late)


def test_a_log_that_was_rotated_meanwhile_goes_on() -> None:
    resume = Resume()
    resume.begin()
    resume.fresh(log(1, 2, 2.5))
    resume.begin()
    later = b"2026-11-23T10:00:09Z other\n2026-11-23T10:00:09Z more\n"
    assert resume.fresh(later) == later


def test_equal_lines_are_counted() -> None:
    line = b"2026-11-23T10:00:01.5Z same\n"
    resume = Resume()
    resume.begin()
    assert resume.fresh(line * 3) == line * 3
    resume.begin()
    assert resume.fresh(line * 5) == line * 2
