"""Without `--oc` the stand-in is used, whatever this machine has on PATH."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def no_other_client(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("OADP_DOCTOR_STATE", str(tmp_path / "state"))
