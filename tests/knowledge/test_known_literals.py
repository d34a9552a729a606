"""What was found out about signatures in an earlier run is the same as what is found out now."""

import pytest

from knowledge import prefilter
from knowledge.base import load
from knowledge.known_literals import KnownLiterals
from tests.fakes import Memory


def test_nothing_is_taken_apart_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    signatures, memory = load().signatures, Memory()
    first = KnownLiterals(memory).of(signatures)
    assert first == prefilter.each_by_itself(signatures)

    def again(_signature: object) -> None:
        raise AssertionError("taken apart again")

    monkeypatch.setattr(prefilter, "literals_of", again)
    assert KnownLiterals(memory).of(signatures) == first
    assert KnownLiterals(memory).of(signatures[:3]) == first[:3]


@pytest.mark.parametrize("damage", [b"", b"\xc1", b"\x81\xa1a\x01"])
def test_what_is_damaged_is_found_out_anew(damage: bytes) -> None:
    signatures, memory = load().signatures[:5], Memory()
    found = KnownLiterals(memory).of(signatures)
    (name,) = memory.data
    memory.data[name] = damage
    assert KnownLiterals(memory).of(signatures) == found
    assert memory.data[name] != damage
