"""The knowledge base that comes with the program, read once for all tests of a process."""

import pytest

from knowledge.base import KnowledgeBase, load


@pytest.fixture(scope="session")
def base() -> KnowledgeBase:
    return load()
