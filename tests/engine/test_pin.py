import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import TARGET
from tui.engine.pin import Pin
from tui.engine.target import Target

SERVER = "https://api.example.com:6443"


def write(path: Path, *, server: str = SERVER, user: str = "sre", **entry: Any) -> Target:
    context = {"cluster": "c", "user": user}
    document = {
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": user, "user": {"token": "one", **entry}}],
        "contexts": [{"name": "lab", "context": context}],
    }
    path.write_text(json.dumps(document))
    return replace(TARGET, kubeconfig=str(path), context="lab", server=SERVER)


def test_a_renewed_token_is_the_same_place(tmp_path: Path) -> None:
    path = tmp_path / "config"
    pin = Pin(write(path))
    assert pin.moved() is None
    write(path, token="two")
    assert pin.moved() is None


@pytest.mark.parametrize(
    "change",
    [
        {"server": "https://api.elsewhere.example.com:6443"},
        {"server": f"{SERVER}/k8s/clusters/other"},
        {"user": "admin"},
        {"as": "system:admin"},
    ],
)
def test_another_server_or_user_under_the_same_name_is_told(
    tmp_path: Path, change: dict[str, str]
) -> None:
    path = tmp_path / "config"
    pin = Pin(write(path))
    write(path, **change)
    moved = pin.moved()
    assert moved is not None
    assert "lab" in moved.en
    assert "lab" in moved.ja


def test_a_change_before_the_start_is_told_too(tmp_path: Path) -> None:
    target = write(tmp_path / "config", server="https://api.elsewhere.example.com:6443")
    assert Pin(target).moved() is not None


@pytest.mark.parametrize("content", ["", "{]", "[]", "contexts: 5"])
def test_a_kubeconfig_that_is_gone_or_broken_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "config"
    pin = Pin(write(path))
    path.write_text(content)
    assert pin.moved() is not None
    path.unlink()
    assert pin.moved() is not None
