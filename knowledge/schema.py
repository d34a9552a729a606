"""The published JSON Schema of knowledge files, made from the structs that read them."""

from __future__ import annotations

from typing import Any

import msgspec

import knowledge.primitives  # noqa: F401 - registers the primitives
from knowledge.facts import REGISTRY
from knowledge.model import Issue
from knowledge.text import Text


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a knowledge file."""
    arguments = {name: each.arguments for name, each in sorted(REGISTRY.items())}
    (issue, text, *rest), definitions = msgspec.json.schema_components(
        [Issue, Text, *arguments.values()], ref_template="#/$defs/{name}"
    )
    fact = {
        "type": "object",
        "description": "A named fact: what it says, and exactly one primitive.",
        "required": ["says"],
        "properties": {
            "says": text,
            "symptom": {"type": "boolean"},
            **dict(zip(arguments, rest, strict=True)),
        },
        "additionalProperties": False,
        "minProperties": 2,
        "maxProperties": 3,
    }
    definitions["Issue"]["properties"]["facts"]["additionalProperties"] = {"$ref": "#/$defs/Fact"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A known issue of oadp-doctor",
        **issue,
        "$defs": {**definitions, "Fact": fact},
    }
