"""Which cluster, by the rules of `oc`: `--kubeconfig`, `$KUBECONFIG` lists, contexts, in-cluster.

The kubernetes client merges several files with the last `current-context` winning, where `oc` lets
the first win; taking the wrong cluster is the worst mistake here, so files are merged by `oc`'s
rules and the client gets the result.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from knowledge.text import Text
from tui.engine.problem import Problem

_LARGEST: Final = 8 << 20
_SERVICE_ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_FILES_OF_CLUSTER: Final = ("certificate-authority",)
_FILES_OF_USER: Final = ("client-certificate", "client-key", "tokenFile")


@dataclass(frozen=True, slots=True)
class ClusterChoice:
    """What a person asked for; empty means the default of `oc`."""

    kubeconfig: str = ""
    context: str = ""
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Login:
    """A context with everything needed to talk to its server. Holds credentials: never shown."""

    context: str
    cluster: str
    server: str
    namespace: str
    """The context's namespace; empty if it has none."""
    kubeconfig: str
    """The file to give to `oc` as `--kubeconfig`; empty where `oc` finds it by itself."""
    cluster_entry: Mapping[str, Any] = field(default_factory=dict, repr=False)
    user_entry: Mapping[str, Any] = field(default_factory=dict, repr=False)
    in_cluster: bool = False
    user: str = ""
    """What the kubeconfig calls the user."""


def shown(server: str) -> str:
    """Return a server's address without what may be a credential: user part and path."""
    parts = urlsplit(server)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else server


def paths(choice: ClusterChoice, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the files that are looked at, in order, whether they exist or not."""
    if choice.kubeconfig:
        return (Path(choice.kubeconfig).expanduser(),)
    if listed := environ.get("KUBECONFIG"):
        return tuple(Path(each).expanduser() for each in listed.split(os.pathsep) if each)
    return (Path(environ.get("HOME") or Path.home()) / ".kube" / "config",)


def contexts(choice: ClusterChoice, environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the names of all contexts, for a start screen.

    Raises:
        Problem: a file is broken.
    """
    return tuple(sorted(_merged(choice, environ)["contexts"]))


def resolve(choice: ClusterChoice, environ: Mapping[str, str] = os.environ) -> Login:
    """Return the login for `choice`.

    Raises:
        Problem: there is no usable configuration for it.
    """
    merged = _merged(choice, environ)
    name = choice.context or merged["current-context"]
    if not merged["found"] and not choice.kubeconfig and not choice.context:
        return _in_cluster(choice, environ)
    if not name:
        raise Problem(
            Text(
                en="The kubeconfig has no current context. "
                "Choose one with --context or `oc config use-context`.",
                ja="kubeconfig に現在のコンテキストがありません。"
                "--context または `oc config use-context` で選択してください。",
            )
        )
    context = merged["contexts"].get(name)
    if context is None:
        known = ", ".join(sorted(merged["contexts"])[:10]) or "-"
        raise Problem(
            Text(
                en=f"There is no context {name!r} in the kubeconfig. Contexts: {known}",
                ja=f"kubeconfig にコンテキスト {name!r} がありません。コンテキスト: {known}",
            )
        )
    cluster_name = _text(context, "cluster")
    cluster = merged["clusters"].get(cluster_name)
    server = _text(cluster, "server") if cluster is not None else ""
    if cluster is None or not server:
        raise Problem(
            Text(
                en=f"Context {name!r} of the kubeconfig names no cluster with a server address.",
                ja=f"kubeconfig のコンテキスト {name!r} には、"
                "サーバーのアドレスを持つクラスターがありません。",
            )
        )
    user_name = _text(context, "user")
    user = merged["users"].get(user_name)
    if user_name and user is None:
        raise Problem(
            Text(
                en=f"Context {name!r} names a user {user_name!r} that is not in the kubeconfig.",
                ja=f"コンテキスト {name!r} のユーザー {user_name!r} が kubeconfig にありません。",
            )
        )
    return Login(
        context=name,
        cluster=cluster_name,
        server=server.rstrip("/"),
        namespace=_text(context, "namespace"),
        kubeconfig=str(Path(choice.kubeconfig).expanduser().absolute())
        if choice.kubeconfig
        else "",
        cluster_entry=cluster,
        user_entry=user or {},
        user=user_name,
    )


def _in_cluster(choice: ClusterChoice, environ: Mapping[str, str]) -> Login:
    host, port = environ.get("KUBERNETES_SERVICE_HOST"), environ.get("KUBERNETES_SERVICE_PORT")
    if not host or not port or not (_SERVICE_ACCOUNT / "token").is_file():
        looked = ", ".join(str(path) for path in paths(choice, environ))
        raise Problem(
            Text(
                en=f"No kubeconfig was found (looked at: {looked}). "
                "Log in with `oc login`, or name a file with --kubeconfig.",
                ja=f"kubeconfig が見つかりません（確認した場所: {looked}）。"
                "`oc login` でログインするか、--kubeconfig でファイルを指定してください。",
            )
        )
    try:
        namespace = (_SERVICE_ACCOUNT / "namespace").read_text(encoding="utf-8").strip()
    except OSError:
        namespace = ""
    host = f"[{host}]" if ":" in host else host
    return Login(
        "in-cluster", "in-cluster", f"https://{host}:{port}", namespace, "", in_cluster=True
    )


def _merged(choice: ClusterChoice, environ: Mapping[str, str]) -> dict[str, Any]:
    """Return all files as one: the first file that sets a name or value wins, as in `oc`."""
    merged: dict[str, Any] = {"current-context": "", "clusters": {}, "contexts": {}, "users": {}}
    merged["found"] = False
    for path in paths(choice, environ):
        document = _read(path, must_exist=bool(choice.kubeconfig))
        if document is None:
            continue
        merged["found"] = True
        merged["current-context"] = merged["current-context"] or _text(document, "current-context")
        for plural, singular in (
            ("clusters", "cluster"),
            ("contexts", "context"),
            ("users", "user"),
        ):
            for name, entry in _entries(document.get(plural), singular):
                merged[plural].setdefault(name, _anchored(entry, path.absolute().parent))
    return merged


def _entries(listed: Any, singular: str) -> Iterable[tuple[str, dict[str, Any]]]:
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict) and isinstance(each.get("name"), str):
            entry = each.get(singular)
            yield each["name"], entry if isinstance(entry, dict) else {}


def _anchored(entry: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return `entry` with relative file names made absolute: they are relative to their file."""
    anchored = dict(entry)
    for key in (*_FILES_OF_CLUSTER, *_FILES_OF_USER):
        if isinstance(entry.get(key), str) and entry[key]:
            anchored[key] = str(folder / entry[key])
    plugin = entry.get("exec")
    if isinstance(plugin, dict) and isinstance(plugin.get("command"), str):
        command = plugin["command"]
        # A bare name is looked up on PATH; anything with a separator is relative to the file.
        if os.sep in command and not os.path.isabs(command):
            anchored["exec"] = {**plugin, "command": str(folder / command)}
    return anchored


def _read(path: Path, *, must_exist: bool) -> dict[str, Any] | None:
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        if not must_exist and not path.exists():
            return None
        if path.exists() and not (path.is_file() or path.is_dir()):
            # A pipe could be read only once, and waiting for it would have no end.
            raise _broken(path, "not a file", "ファイルではありません")
        if path.stat().st_size > _LARGEST:
            raise _broken(path, "too large", "大きすぎます")
        document = yaml.load(path.read_bytes(), Loader=loader)  # noqa: S506 - a safe loader
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Problem(
            Text(
                en=f"The kubeconfig {path} cannot be read: {why}. "
                "Check --kubeconfig and $KUBECONFIG.",
                ja=f"kubeconfig {path} を読み取れません: {why}。"
                "--kubeconfig と $KUBECONFIG を確認してください。",
            )
        ) from None
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        at = f" (line {mark.line + 1})" if mark else ""
        raise _broken(path, f"not valid YAML{at}", f"YAML として正しくありません{at}") from None
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise _broken(path, "not a kubeconfig", "kubeconfig ではありません")
    return document


def _broken(path: Path, en: str, ja: str) -> Problem:
    return Problem(
        Text(
            en=f"The kubeconfig {path} is broken: {en}",
            ja=f"kubeconfig {path} が壊れています: {ja}",
        )
    )


def _text(entry: Mapping[str, Any] | None, key: str) -> str:
    value = (entry or {}).get(key)
    return value if isinstance(value, str) else ""
