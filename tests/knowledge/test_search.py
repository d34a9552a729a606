"""Searching: words in both languages, typing errors, and pasted errors as people paste them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.base import KnowledgeBase, load
from knowledge.search import search

IMAGES = "imagestream-registry-secret-missing"
KNATIVE = "knative-admission-webhook"
ERROR = 'errors getting registryenv: secrets "oadp-b1-aws-registry-secret" not found'
LINE = (
    'time="2024-10-14T22:48:24Z" level=error msg="[is-backup] Error getting '
    "UdistributionTransportForLocation: errors getting registryenv: secrets "
    '\\"oadp-b1-aws-registry-secret\\" not found" backup=openshift-adp/b pluginName=velero-plugins'
)


def first(base: KnowledgeBase, text: str) -> str:
    found = search(base, text, "en")
    return found[0].issue if found else ""


@pytest.mark.parametrize(
    ("words", "issue"),
    [
        (IMAGES, IMAGES),
        ("registry secret", IMAGES),
        ("regsitry secrt", IMAGES),
        ("レジストリー シークレット", IMAGES),
        ("ＩＭＡＧＥＳＴＲＥＡＭ registry", IMAGES),
        ("イメージストリーム secret", IMAGES),
        ("イメージストリームのバックアップが失敗", IMAGES),
        ("knative webhook", KNATIVE),
        ("knatve", KNATIVE),
    ],
)
def test_words_find_the_issue(base: KnowledgeBase, words: str, issue: str) -> None:
    assert first(base, words) == issue


@pytest.mark.parametrize(
    "text",
    [
        ERROR,
        ERROR.replace('"', '\\"'),
        LINE,
        f"2024-10-14T22:48:24.123456789Z {LINE}",
        f"[pod/velero-7c9/velero] {LINE}",
        f"> {LINE[:90]}\n> {LINE[90:]}",
        "\n".join(LINE[at : at + 80] for at in range(0, len(LINE), 80)),
        f'level=info msg="Backed up 3 items"\n{LINE}\nlevel=info msg="done"',
        '{"level":"error","msg":"x","error.message":"' + ERROR.replace('"', '\\"') + '"}',
    ],
)
def test_a_pasted_error_finds_the_issue_and_shows_what_matched(
    base: KnowledgeBase, text: str
) -> None:
    found = search(base, text, "en")[0]
    assert found.issue == IMAGES
    assert "errors getting registryenv" in found.signature
    assert "registry-secret" in found.signature


def test_nothing_typed_is_everything_and_nonsense_is_nothing(base: KnowledgeBase) -> None:
    assert {each.issue for each in search(base, " ", "ja")} == set(base.issues)
    assert search(base, "xqzwv jkqpz", "en") == []


def test_titles_outrank_articles(base: KnowledgeBase) -> None:
    found = search(base, "webhook", "en")
    titles = ["webhook" in base.issues[each.issue].title.en.lower() for each in found]
    assert titles == sorted(titles, reverse=True)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_answered(text: str) -> None:
    base = _shared()
    found = search(base, text, "ja")
    assert len({each.issue for each in found}) == len(found)
    scores = [each.score for each in found]
    assert scores == sorted(scores, reverse=True)


_loaded: list[KnowledgeBase] = []


def _shared() -> KnowledgeBase:
    if not _loaded:
        _loaded.append(load())
    return _loaded[0]
