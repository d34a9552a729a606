"""`webhook`: an admission webhook that is configured on the cluster."""

from __future__ import annotations

from typing import Any

from knowledge.facts import Arguments, Made, Naming, primitive
from knowledge.primitives.object import ObjectArguments, make_object

_CONFIGURATIONS = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]


class WebhookArguments(Arguments, frozen=True):
    """Webhooks, mutating and validating, by `name` and by what their rules name.

    Binds `webhook` and `webhook_configuration`. A resource or group of `*` in a rule counts.
    """

    name: str = ""
    """A regular expression; named groups become bindings. `${binding}` is not filled in."""
    named: str = ""
    """The exact name; may use `${binding}`."""
    group: str = ""
    resource: str = ""


@primitive("webhook", WebhookArguments)
def make_webhook(arguments: WebhookArguments, naming: Naming) -> Made:
    """Return the compiled fact: an `object` fact over both kinds of configuration.

    Raises:
        BadRule: the pattern is wrong.
    """
    where: list[dict[str, Any]] = []
    if arguments.name:
        where.append({"path": "item.name", "matches": arguments.name})
    if arguments.named:
        where.append({"path": "item.name", "equals": arguments.named})
    if arguments.group:
        where.append({"path": "item.rules[*].apiGroups[*]", "in": [arguments.group, "*"]})
    if arguments.resource:
        where.append({"path": "item.rules[*].resources[*]", "in": [arguments.resource, "*"]})
    return make_object(
        ObjectArguments(
            kind=_CONFIGURATIONS,
            each="webhooks",
            where=where,
            bind={"webhook": "item.name", "webhook_configuration": "metadata.name"},
            show="item.name",
        ),
        naming,
    )
