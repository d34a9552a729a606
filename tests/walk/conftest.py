"""What holds for walks: clients are named, and a busy machine may lose a race once.

A walk is a program, a server and processes that all go by the clock. One that fails is walked once
more; what is wrong fails again.
"""

from pathlib import Path

import pytest

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(autouse=True)
def no_other_client(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without `--oc` the stand-in is used, whatever this machine has on PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("OADP_DOCTOR_STATE", str(tmp_path / "state"))
