"""The one object that a change is about, as its arguments and its manifest name it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from knowledge.kinds import KINDS
from knowledge.merge_patch import apply
from knowledge.model import Risk
from knowledge.oc_arguments import Arguments, parse
from knowledge.redact import redact_object
from knowledge.risk import classify
from knowledge.text import Text
from knowledge.velero_cli import velero_call


@dataclass(frozen=True, slots=True)
class Aim:
    """A change of one object."""

    verb: str
    """With its subcommand: `rollout restart`."""
    arguments: Arguments
    resource: str
    """The word that names its kind to `oc`, of the same API version as in the change."""
    name: str
    """Empty where the server chooses the name."""
    manifest: Mapping[str, Any] | None
    words: tuple[str, ...]
    """What follows the object on the command line: `key=value`, `key-`."""


NOTHING: Final = Text(
    en="This command changes nothing, so there is nothing to take back.",
    ja="このコマンドは何も変更しないため、元に戻すものはありません。",
)
_SEVERAL: Final = Text(
    en="The command changes several objects, or those that a selector finds; only a change of one "
    "named object can be followed.",
    ja="このコマンドは複数のオブジェクト、またはセレクターに一致するオブジェクトを変更します。"
    "追跡できるのは、名前を指定した 1 つのオブジェクトの変更だけです。",
)
_BY_ITSELF: Final = Text(
    en="Nothing to take back: Velero deletes the DownloadRequest itself when its link has expired.",
    ja="元に戻すものはありません。DownloadRequest は、リンクの期限が切れると Velero が削除します。",
)
_ODD: Final = Text(
    en="The kind or the name of the object is none that the API allows.",
    ja="オブジェクトの種類または名前が、API で許可されない形式です。",
)
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@+-]{0,252}")
"""What may stand as a word of its own: `--all` as a name would be a flag in the way back."""
_KIND: Final = re.compile(r"[A-Za-z][A-Za-z0-9.-]{0,252}")
_MANY: Final = ("selector", "all", "all-namespaces", "field-selector")
_ENDS: Final = ("path", "from")
"""Where an operation of a JSON patch points to."""
_PAIRS: Final = frozenset({"label", "annotate", "set env", "set image"})


def aim_of(args: Sequence[str], manifest: Mapping[str, Any] | None) -> Aim | Text:
    """Return what `args` change; a `Text` if that is nothing, or not one object, or refused.

    Args:
        args: the arguments of `oc`, the verb first, without what the engine adds.
        manifest: what is on standard input for `-f -`.
    """
    judged = classify(args, manifest)
    if judged.refused is not None:
        return judged.refused
    if judged.risk is Risk.READ or judged.dry_run:
        return NOTHING
    if velero_call(args) is not None:
        return _BY_ITSELF
    arguments = parse(args)
    if any(arguments.flags.get(flag, "false") != "false" for flag in _MANY):
        return _SEVERAL
    if arguments.flags.get("list") == "true":
        return NOTHING
    if len(judged.objects) != 1:
        return _SEVERAL
    resource, name = judged.objects[0]
    if manifest is not None:
        if "items" in manifest:
            return _SEVERAL
        resource = resource_for(manifest)
    if resource == "all" or (not name and manifest is None):
        return _SEVERAL
    if not _KIND.fullmatch(resource) or (name and not _NAME.fullmatch(name)):
        return _ODD
    if manifest is not None:
        return Aim(judged.verb, arguments, resource, name, manifest, ())
    words = arguments.words[1 if "/" in arguments.words[0] else 2 :]
    if words and judged.verb not in _PAIRS:
        return _SEVERAL
    return Aim(judged.verb, arguments, resource, name, None, words)


def resource_for(body: Mapping[str, Any]) -> str:
    """Return the unambiguous word for the kind and the API version of an object.

    `plural.group` means the version that the server prefers, so another one is named in full:
    `kind.version.group`. The core group cannot be named that way; its kinds win over others.
    """
    kind, written = str(body.get("kind", "")), str(body.get("apiVersion", ""))
    known = KINDS.get(kind)
    if known is not None and known.api_version == written:
        return known.resource
    group, slash, version = written.rpartition("/")
    return f"{kind.lower()}.{version}.{group}" if slash else kind.lower()


def kind_name(body: Mapping[str, Any]) -> str:
    """Return `Kind.group` of an object, `Kind` for the core group."""
    group = str(body.get("apiVersion", "")).rpartition("/")[0]
    kind = str(body.get("kind", ""))
    return f"{kind}.{group}" if group else kind


def pairs_of(aim: Aim) -> dict[str, str | None]:
    """Return what `label` and `annotate` set, by key; None where they remove the key.

    As the parser of `oc` reads them: `a=b-` sets, `a-` removes.
    """
    pairs: dict[str, str | None] = {}
    for word in aim.words:
        key, equals, value = word.partition("=")
        if equals:
            pairs[key] = value
        else:
            pairs[word.removesuffix("-")] = None
    return pairs


def patch_of(aim: Aim) -> Any:
    """Return the patch (`-p`) of a change, decoded; None if it carries none."""
    text = aim.arguments.flags.get("patch")
    return None if text is None else msgspec.json.decode(text)


def patched(aim: Aim, before: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what a merge patch makes of `before`, redacted; None for every other change.

    What admission and defaults add is not in it: only the server's dry run knows that.
    """
    if aim.verb != "patch" or aim.arguments.flags.get("type") != "merge":
        return None
    patch = patch_of(aim)
    return redact_object(apply(before, patch)) if isinstance(patch, Mapping) else None


def writes_status(aim: Aim) -> bool:
    """Return whether a change goes to `status` or another subresource.

    The kinds of Velero have no status subresource: a plain patch writes their status.
    """
    if "subresource" in aim.arguments.flags:
        return True
    patch = patch_of(aim)
    if isinstance(patch, list):
        places = [each.get(end) for each in patch if isinstance(each, Mapping) for end in _ENDS]
        return any(str(place).split("/")[1:2] in (["status"], []) for place in places if place)
    return isinstance(patch, Mapping) and "status" in patch
