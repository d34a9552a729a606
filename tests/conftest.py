"""What holds for all tests."""

import os
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes depends on the machine, and says nothing about the program.
settings.register_profile(
    "any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any-machine")


@pytest.fixture(autouse=True, scope="session")
def _a_cache_of_their_own() -> Iterator[None]:
    """Tests neither read nor write what the person who runs them has in the cache."""
    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setitem(os.environ, "OADP_DOCTOR_CACHE", folder)
        yield
