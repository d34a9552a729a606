"""Reads a manifest that a person typed or pasted: one object, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from knowledge.text import Text
from knowledge.yaml_file import BadFile, load
from tui.engine.request import Refused
from tui.engine.target import NAMESPACE

LONGEST: Final = 262_144
"""Characters of a manifest; more than that belongs into a file and a shell."""


def read_manifest(text: str) -> dict[str, Any]:
    """Return the one object in `text`, which is YAML or JSON.

    What is sent is this object as JSON, as the confirmation shows it: no anchors, no dates, no
    `yes` for `true`.

    Raises:
        Refused: there is none, it is too long, or it is not one object.
    """
    if not text.strip():
        raise Refused(
            Text(
                en="The command reads a manifest: type or paste it into the field below.",
                ja="このコマンドはマニフェストを読みます。下の欄に入力または貼り付けてください。",
            )
        )
    if len(text) > LONGEST:
        raise Refused(
            Text(
                en=f"The manifest is longer than {LONGEST} characters.",
                ja=f"マニフェストが {LONGEST} 文字を超えています。",
            )
        )
    try:
        body = load(text)
    except BadFile as problem:
        where = f"line {problem.line}: " if problem.line else ""
        where_ja = f"{problem.line} 行目: " if problem.line else ""
        raise Refused(
            Text(
                en=f"The manifest cannot be read: {where}{problem.message}",
                ja=f"マニフェストを読み取れません: {where_ja}{problem.message}",
            )
        ) from None
    if not isinstance(body, Mapping) or not isinstance(body.get("kind"), str):
        raise Refused(
            Text(
                en="The manifest must be one object with `apiVersion` and `kind`.",
                ja="マニフェストには `apiVersion` と `kind` を持つオブジェクトを 1 つだけ"
                "指定してください。",
            )
        )
    try:
        plain = msgspec.json.decode(msgspec.json.encode(body))
    except (TypeError, ValueError, RecursionError):
        plain = None
    if not isinstance(plain, dict):
        raise Refused(
            Text(
                en="The manifest holds what JSON cannot say, such as keys that are no text.",
                ja="マニフェストに JSON で表せない内容（文字列でないキーなど）があります。",
            )
        )
    return plain


def namespace_of(body: Mapping[str, Any] | None) -> str:
    """Return the namespace that a manifest names; empty if it names none, or none that is valid."""
    metadata = body.get("metadata") if body is not None else None
    found = metadata.get("namespace") if isinstance(metadata, Mapping) else None
    return found if isinstance(found, str) and NAMESPACE.fullmatch(found) else ""
