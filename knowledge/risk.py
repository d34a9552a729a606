"""What a command for `oc` may do to the cluster, judged from its arguments alone.

The table of `knowledge.verbs` gives the least; what the command aims at can only raise it. A
command that is not understood in full is refused, not guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from knowledge.command_scope import PODS, Scope, scope_of
from knowledge.deletion import deletes, disowned
from knowledge.model import Risk
from knowledge.oc_arguments import Arguments, NotTaken, parse
from knowledge.secret_output import SECRETS, aims_at_secret, prints_values
from knowledge.text import Text
from knowledge.velero_cli import velero_call

__all__ = ["Classification", "Risk", "Scope", "classify"]


@dataclass(frozen=True, slots=True)
class Classification:
    """The judgement of one command."""

    risk: Risk
    verb: str
    """With its subcommand: `rollout restart`."""
    refused: Text | None = None
    """Why it does not run; None if it may."""
    objects: tuple[tuple[str, str], ...] = ()
    """`(resource, name)` as the arguments name them; the name is empty for `--all` and `-l`."""
    scope: Scope = Scope.NAMESPACED
    dry_run: bool = False
    restarts: bool = False
    """It restarts Velero or its agents, whatever else it does: running backups fail."""
    reads_input: bool = False
    """It reads a manifest from standard input (`-f -`)."""
    follows: bool = False
    """It goes on until it is stopped (`logs --follow`): no time limit fits."""


AGENTS: Final = re.compile(r"^(velero|node-agent|restic)(-|$)")
"""Names of the workloads (and their pods) whose restart fails running backups and restores."""
_WORKLOADS: Final = re.compile(
    r"^(all|deploy|deployments?|ds|daemonsets?|rs|replicasets?|rc|replicationcontrollers?"
    r"|sts|statefulsets?)(\..*)?$"
)
_HOLDS_AGENTS: Final = re.compile(
    r"^(ns|namespaces?|projects?|dpas?|dataprotectionapplications?)(\..*)?$"
)
"""What takes Velero and its agents with it when it is deleted."""
_AGENT_KINDS: Final = frozenset({"Deployment", "DaemonSet", "ReplicaSet", "Pod"})
_STRUCTURE: Final = {each.lower(): each for each in ("kind", "apiVersion", "metadata", "items")}
_SAFE_SELECTOR: Final = re.compile(r"(^|,)control-plane==?(non-admin-)?controller(-manager)?(,|$)")
_RAW: Final = re.compile(
    r"^/(healthz|readyz|livez|version|apis?)(/[A-Za-z0-9._/-]*)?(\?[A-Za-z0-9._=&-]*)?$"
)
_RAW_NEVER: Final = re.compile(
    r"(?i)/(proxy|exec|attach|portforward|secrets|watch|[a-z]*tokens?)(/|\?|$)|\.\.|watch="
)
_DEPTH: Final = 3


def classify(args: Sequence[str], manifest: Mapping[str, Any] | None = None) -> Classification:
    """Return what `args` may do to a cluster.

    Args:
        args: the arguments of `oc`, the verb first, without what the engine adds itself
            (`--kubeconfig`, `--context`, `-n`).
        manifest: what is on standard input for `-f -`.
    """
    if velero_call(args) is not None and manifest is None:
        return Classification(Risk.CHANGE, "exec")
    try:
        arguments = parse(args)
        return _judge(arguments, manifest)
    except NotTaken as problem:
        verb = args[0][:60] if args else ""
        return Classification(Risk.DESTRUCTIVE, verb, refused=problem.message)


def _judge(arguments: Arguments, manifest: Mapping[str, Any] | None) -> Classification:
    _check_input(arguments, manifest)
    bodies = tuple(_bodies(manifest))
    _check_output(arguments, bodies)
    objects = _objects(arguments) + tuple(_named(body) for body in bodies)
    dry_run = _dry_run(arguments)
    risk = arguments.verb.risk
    if risk is not Risk.READ:
        if dry_run:
            risk = Risk.READ
        else:
            raised = _raised(arguments, objects, bodies)
            risk = max(risk, raised, key=lambda each: each.rank)
    return Classification(
        risk,
        " ".join(arguments.name),
        objects=objects,
        scope=scope_of(arguments, objects, bodies),
        dry_run=dry_run,
        reads_input="filename" in arguments.flags,
        restarts=risk is not Risk.READ and _restarts(arguments, objects, bodies),
        follows=arguments.flags.get("follow") == "true",
    )


def _check_input(arguments: Arguments, manifest: Mapping[str, Any] | None) -> None:
    file = arguments.flags.get("filename")
    if file is not None and file != "-":
        raise NotTaken(
            Text(
                en="A step reads no files: its manifest stands in `stdin`, and `-f -` reads it.",
                ja="手順はファイルを読みません。マニフェストは `stdin` に書き、`-f -` で渡します。",
            )
        )
    if arguments.verb.manifest and (file is None or arguments.words):
        raise NotTaken(
            Text(
                en=f"`oc {arguments.name[0]}` takes a manifest on standard input (`-f -`) here, "
                "and nothing else.",
                ja=f"ここでは `oc {arguments.name[0]}` には標準入力のマニフェスト（`-f -`）だけを"
                "渡せます。",
            )
        )
    if file is not None and arguments.words:
        raise NotTaken(
            Text(
                en="Either a manifest or names, not both.",
                ja="マニフェストと名前は同時に指定できません。",
            )
        )
    if manifest is not None and file is None:
        raise NotTaken(
            Text(
                en="There is a manifest, but no `-f -` that reads it.",
                ja="マニフェストがありますが、それを読む `-f -` がありません。",
            )
        )


def _check_output(arguments: Arguments, bodies: tuple[Mapping[str, Any], ...]) -> None:
    output = arguments.flags.get("output", "")
    if output.partition("=")[0].endswith("file"):
        raise NotTaken(
            Text(
                en="A step reads no template files.", ja="手順はテンプレートファイルを読みません。"
            )
        )
    raw = arguments.flags.get("raw")
    if raw is not None and (arguments.words or _RAW_NEVER.search(raw) or not _RAW.fullmatch(raw)):
        raise NotTaken(
            Text(
                en="`--raw` may read health, version and API paths only; no proxies, no Secrets.",
                ja="`--raw` で読めるのは、健全性、バージョン、API のパスだけです。"
                "プロキシとシークレットは読めません。",
            )
        )
    if aims_at_secret(output) or aims_at_secret(arguments.flags.get("template", "")):
        raise NotTaken(
            Text(
                en="This output asks for a value that could be a secret. Ask for names, or for "
                "JSON or YAML, which are redacted.",
                ja="この出力形式では機密情報の値が表示される可能性があります。"
                "名前、または伏せ字になる JSON か YAML を指定してください。",
            )
        )
    secrets = any(
        SECRETS.fullmatch(each) for word in arguments.words for each in word.split(",")
    ) or any(body.get("kind") in {"Secret", "SecretList"} for body in bodies)
    if secrets and (
        prints_values(output, arguments.flags.get("template", ""))
        or arguments.flags.get("for", "").startswith("jsonpath")
    ):
        raise NotTaken(
            Text(
                en="This output format could print the values of a Secret. Ask for names and "
                "lengths, or for JSON or YAML, which are redacted.",
                ja="この出力形式ではシークレットの値が表示される可能性があります。"
                "名前と長さ、または伏せ字になる JSON か YAML を指定してください。",
            )
        )


def _dry_run(arguments: Arguments) -> bool:
    value = arguments.flags.get("dry-run")
    if value is None:
        return False
    if value not in {"server", "client"}:
        raise NotTaken(
            Text(
                en="A dry run is `--dry-run=server` or `--dry-run=client`.",
                ja="ドライランは `--dry-run=server` または `--dry-run=client` です。",
            )
        )
    return True


def _raised(
    arguments: Arguments,
    objects: tuple[tuple[str, str], ...],
    bodies: tuple[Mapping[str, Any], ...],
) -> Risk:
    """Return what the targets of a change make of it."""
    grace = arguments.flags.get("grace-period", "1")
    if arguments.on("force") or not re.fullmatch(r"[1-9][0-9]*", grace):
        return Risk.DESTRUCTIVE
    name = arguments.name
    if name == ("replace",) or arguments.on("all-namespaces"):
        # What the manifest does not say is gone, finalizers too; and nobody sees all namespaces.
        return Risk.DESTRUCTIVE
    if name == ("delete",):
        only_pods = bool(objects) and not bodies and all(kind in PODS for kind, _ in objects)
        if not only_pods:
            return Risk.DESTRUCTIVE
    if name == ("patch",) and deletes(_patch(arguments)):
        return Risk.DESTRUCTIVE
    if any(body.get("kind") == "DeleteBackupRequest" or disowned(body) for body in bodies):
        return Risk.DESTRUCTIVE
    return Risk.DISRUPTIVE if _restarts(arguments, objects, bodies) else Risk.CHANGE


def _restarts(
    arguments: Arguments,
    objects: tuple[tuple[str, str], ...],
    bodies: tuple[Mapping[str, Any], ...],
) -> bool:
    if bodies:
        return any(body.get("kind") in _AGENT_KINDS and _is_agent(body) for body in bodies)
    name = arguments.name
    if name in {("annotate",), ("rollout", "pause")}:
        return False
    if name == ("label",):
        # Labels of a pod decide whose it is: one that is not a Deployment's any more is replaced.
        return any(kind in PODS and _hits_agents(kind, each, arguments) for kind, each in objects)
    if name == ("delete",) and any(_HOLDS_AGENTS.match(kind) for kind, _ in objects):
        return True
    return not objects or any(_hits_agents(kind, each, arguments) for kind, each in objects)


def _patch(arguments: Arguments) -> Any:
    try:
        return msgspec.json.decode(arguments.flags.get("patch", ""))
    except msgspec.DecodeError:
        raise NotTaken(
            Text(en="The patch (`-p`) is not JSON.", ja="パッチ（`-p`）が JSON ではありません。")
        ) from None


def _is_agent(body: Mapping[str, Any]) -> bool:
    metadata = body.get("metadata")
    begun = metadata.get("generateName") if isinstance(metadata, Mapping) else None
    return any(AGENTS.match(each) for each in (_named(body)[1], str(begun or "")))


def _hits_agents(resource: str, name: str, arguments: Arguments) -> bool:
    """Return whether a change to this may restart Velero or its agents."""
    if resource not in PODS and not _WORKLOADS.match(resource):
        return False
    if name:
        return AGENTS.match(name) is not None
    return not _SAFE_SELECTOR.search(arguments.flags.get("selector", ""))


def _bodies(manifest: Mapping[str, Any] | None, depth: int = 0) -> list[Mapping[str, Any]]:
    """Return the objects of a manifest, those of a list one by one.

    Raises:
        NotTaken: `oc` could read other objects in it.
    """
    if manifest is None:
        return []
    odd = any(_STRUCTURE.get(str(key).lower(), key) != key for key in manifest)
    if "items" not in manifest and not odd:
        return [manifest]
    items = manifest.get("items")
    listed = str(manifest.get("kind", "")).endswith("List") and isinstance(items, list)
    if odd or not listed or depth >= _DEPTH or not all(isinstance(x, Mapping) for x in items or ()):
        raise NotTaken(
            Text(
                en="The manifest could be read in more than one way.",
                ja="マニフェストは複数の意味に解釈できます。",
            )
        )
    kind = str(manifest.get("kind", "")).removesuffix("List")
    if kind:
        # `oc` takes an item that does not say what it is for one of what the list holds.
        own = {"apiVersion": manifest.get("apiVersion", ""), "kind": kind}
        items = [{**own, **each} for each in items or ()]
    elif not all(each.get("kind") for each in items or ()):
        raise NotTaken(
            Text(
                en="An item of the list does not say what it is.",
                ja="リストに kind のない項目があります。",
            )
        )
    return [body for each in items or () for body in _bodies(each, depth + 1)]


def _named(body: Mapping[str, Any]) -> tuple[str, str]:
    metadata = body.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    return str(body.get("kind", "")), name if isinstance(name, str) else ""


def _objects(arguments: Arguments) -> tuple[tuple[str, str], ...]:
    if not arguments.verb.names:
        return ()
    words = list(arguments.words)
    if arguments.name[0] in {"label", "annotate", "set"}:
        first = next(
            (at for at, word in enumerate(words) if "=" in word or word.endswith("-")), len(words)
        )
        words = words[:first]
    if arguments.name == ("logs",) and words and "/" not in words[0]:
        return (("pod", words[0]),)
    if not words:
        return ()
    if any("/" in word for word in words):
        pairs = [word.partition("/") for word in words]
        return tuple((kind.lower(), name) for kind, _, name in pairs)
    kinds = [kind.lower() for kind in words[0].split(",") if kind]
    names = words[1:] or [""]
    return tuple((kind, name) for kind in kinds for name in names)
