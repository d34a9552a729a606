"""What holds for all tests."""

import os
import tempfile
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="session")
def _a_cache_of_their_own() -> Iterator[None]:
    """Tests neither read nor write what the person who runs them has in the cache."""
    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setitem(os.environ, "OADP_DOCTOR_CACHE", folder)
        yield
