"""Credentials from an exec plugin: run without a terminal and with a time limit.

The client's own way of running plugins gives them our standard input and waits for ever; a plugin
that asks a question would take the keys from the screen and never end.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from knowledge.text import Text
from tui.engine.answer_json import anything, mapping
from tui.engine.kubeconfig import Login
from tui.engine.problem import Problem
from tui.engine.watcher import WATCHER

TIMEOUT_SECONDS: Final = 9.0
_LARGEST: Final = 1 << 20


async def user_entry(login: Login) -> dict[str, Any]:
    """Return the kubeconfig user of `login` with the plugin's answer in the plugin's place.

    Raises:
        Problem: the plugin is missing, fails, does not answer, or answers nonsense.
    """
    entry = dict(login.user_entry)
    plugin = entry.pop("exec", None)
    if not isinstance(plugin, Mapping):
        return entry
    command = plugin.get("command")
    if not isinstance(command, str) or not command:
        raise _failed("exec", "no command", "command がありません")
    status = await _run(command, plugin, login)
    if isinstance(token := status.get("token"), str):
        entry["token"] = token
    for ours, theirs in (
        ("client-certificate-data", "clientCertificateData"),
        ("client-key-data", "clientKeyData"),
    ):
        if isinstance(value := status.get(theirs), str):
            entry[ours] = base64.b64encode(value.encode()).decode()
    return entry


async def _run(command: str, plugin: Mapping[str, Any], login: Login) -> Mapping[str, Any]:
    name = Path(command).name
    environment = dict(os.environ)
    for each in plugin.get("env") or ():
        if isinstance(each, Mapping):
            environment[str(each.get("name"))] = str(each.get("value"))
    spec: dict[str, Any] = {"interactive": False}
    if plugin.get("provideClusterInfo"):
        spec["cluster"] = _cluster_info(login)
    info = {"apiVersion": plugin.get("apiVersion"), "kind": "ExecCredential", "spec": spec}
    environment["KUBERNETES_EXEC_INFO"] = msgspec.json.encode(info).decode()
    arguments = [str(each) for each in plugin.get("args") or ()]
    WATCHER.begin()
    try:
        process = await asyncio.create_subprocess_exec(
            command,
            *arguments,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            # Without a terminal it cannot ask for what nobody would see, nor take our keys.
            start_new_session=True,
            limit=_LARGEST,
        )
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise _failed(name, f"it cannot be started ({why})", f"起動できません（{why}）") from None
    WATCHER.add(process.pid)
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            output = await _output(process)
            await process.wait()
    except TimeoutError:
        raise _failed(
            name,
            "it does not answer. Run `oc whoami` in this context first: it may ask for a login",
            "応答しません。先にこのコンテキストで `oc whoami` を実行してください"
            "（ログインが必要な場合があります）",
        ) from None
    finally:
        if process.returncode is None:
            _kill(process)
            await process.wait()
        WATCHER.drop(process.pid)
        # A child of it may still hold the other end of the pipe.
        _close(process)
    if process.returncode:
        code = process.returncode
        raise _failed(name, f"it ended with exit code {code}", f"終了コード {code} で終了しました")
    status = mapping(anything(output[:_LARGEST])).get("status")
    if not isinstance(status, Mapping):
        raise _failed(
            name, "its answer is not an ExecCredential", "応答が ExecCredential ではありません"
        )
    return status


async def _output(process: asyncio.subprocess.Process) -> bytes:
    """Return what the plugin writes, and not more of it than makes sense."""
    assert process.stdout is not None  # noqa: S101 - asked for
    output = b""
    while chunk := await process.stdout.read(1 << 16):
        output += chunk
        if len(output) > _LARGEST:
            _kill(process)
            break
    return output


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def _close(process: asyncio.subprocess.Process) -> None:
    transport = getattr(process, "_transport", None)
    if transport is not None:
        transport.close()


def _cluster_info(login: Login) -> dict[str, Any]:
    entry = login.cluster_entry
    info: dict[str, Any] = {"server": login.server}
    for key in (
        "tls-server-name",
        "insecure-skip-tls-verify",
        "certificate-authority-data",
        "proxy-url",
    ):
        if key in entry:
            info[key] = entry[key]
    for extension in entry.get("extensions") or ():
        if (
            isinstance(extension, Mapping)
            and extension.get("name") == "client.authentication.k8s.io/exec"
        ):
            info["config"] = extension.get("extension")
    return info


def _failed(name: str, en: str, ja: str) -> Problem:
    return Problem(
        Text(
            en=f"The credential plugin {name!r} of the kubeconfig failed: {en}.",
            ja=f"kubeconfig の認証プラグイン {name!r} が失敗しました: {ja}。",
        )
    )
