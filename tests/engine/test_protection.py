from __future__ import annotations

import pytest

from tui.engine.protection import DEFAULT, is_protected


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ("prod", True),
        ("openshift-adp/api-PROD-eu:6443/admin", True),
        ("reproduction", True),
        ("nonprod", False),
        ("shop-non-prod-2", False),
        ("PreProd", False),
        ("staging", False),
        ("practice", False),
        ("", False),
    ],
)
def test_by_default_what_is_called_production_is_protected(context: str, expected: bool) -> None:
    assert is_protected(context, DEFAULT) is expected


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ((), False),
        (("*",), True),
        (("*", "!live-lab"), False),
        (("!live-lab", "*"), True),
        (("LIVE-*",), True),
        (("live-la[ab]", "!*", "live-?ab"), True),
        (("live",), False),
    ],
)
def test_later_patterns_win(patterns: tuple[str, ...], expected: bool) -> None:
    assert is_protected("live-lab", patterns) is expected


def test_the_practice_cluster_can_be_protected_on_purpose() -> None:
    assert is_protected("practice", (*DEFAULT, "practice"))
