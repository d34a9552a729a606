"""The little Markdown of knowledge texts, as rows."""

import pytest

from tui.widgets.article import inline


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("サーバー証明書では **ありません**。", "サーバー証明書ではありません。"),
        ("値は **「必ず」** 指定します。", "値は「必ず」指定します。"),
        ("**Velero** の Pod", "Velero の Pod"),
        ("namespace に **ResourceQuota** がある", "namespace に ResourceQuota がある"),
        ("not the **server's** own", "not the server's own"),
    ],
)
def test_spaces_that_only_markdown_needs_are_not_shown(text: str, shown: str) -> None:
    assert inline(text).plain == shown
