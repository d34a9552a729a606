"""What holds for all tests."""

import os
import signal
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes depends on the machine, and says nothing about the program.
settings.register_profile(
    "any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any-machine")

# A shell that starts the tests in the background lets them ignore interrupts, and whatever they
# start with them: what is about interrupts would see none.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_SPREAD = ("tests/walk/", "tests/tui/")
"""Folders whose tests each have a cluster of their own, so that any process may run any of them."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the tests of a file in one process, in their order, but for those that stand alone.

    Tests of a file may share a cluster, and what one wrote is what the next one reads: the
    recordings of an API server build on each other.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid if nodeid.startswith(_SPREAD) else nodeid.partition("::")[0]

    return Scheduling(config, log)


@pytest.fixture(autouse=True, scope="session")
def _a_cache_of_their_own() -> Iterator[None]:
    """Tests neither read nor write what the person who runs them has in the cache."""
    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setitem(os.environ, "OADP_DOCTOR_CACHE", folder)
        yield
