"""Texts in two languages: filled once, and Japanese without spaces where a line ended."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import yaml_file
from knowledge.text import Text, fill


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("調整を行います。 作成されない場合", "調整を行います。作成されない場合"),
        ("あります。\nこれは", "あります。これは"),
        ("保存場所（BSL）が、 DPA の", "保存場所（BSL）が、DPA の"),
        ("Velero プラグインは Go を使います", "Velero プラグインは Go を使います"),
        ("- 一つ目\n- 二つ目", "- 一つ目\n- 二つ目"),
        ("- 一つ目は\n  続きます", "- 一つ目は続きます"),
        ("段落。\n\n次の段落", "段落。\n\n次の段落"),
    ],
)
def test_japanese_lines_are_joined_without_a_space(written: str, shown: str) -> None:
    assert Text(en="x", ja=written).ja == shown


def test_texts_of_files_are_joined_too() -> None:
    raw = yaml_file.load("en: one\nja: >-\n  調整を待ちます。\n  その後、確認します。\n")
    assert msgspec.convert(raw, Text).ja == "調整を待ちます。その後、確認します。"


@given(st.text(), st.text())
def test_values_are_filled_once_and_never_read_as_templates(value: str, other: str) -> None:
    assert fill("a ${x} b", {"x": value, "y": other}) == f"a {value} b"
