"""Restores that webhooks refuse: Knative, App Connect, and others.

The verdicts were written down before the rules were run, from what the programs do.
"""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from knowledge.base import KnowledgeBase
from tests.knowledge.incidents import (
    CHILDREN,
    IBM_HOOK,
    IBM_REFUSED,
    IBM_STATE,
    KNATIVE_HOOK,
    KNATIVE_STATE,
    NO_PARENT,
    NS,
    OTHERWISE,
    REFUSED,
    TYPO,
    VERSION,
    Incident,
    as_json,
    confirmed,
    crd,
    denied,
    found,
    hook,
    judge,
    likely,
    restore,
    stamped,
    text,
    wrapped,
)

INCIDENTS = [
    Incident(
        "only the rest came back so far",
        confirmed(CHILDREN),
        (
            *KNATIVE_STATE,
            restore(),
            restore(
                "r2",
                phase="Completed",
                start="2026-02-27T05:00:00Z",
                excludedResources=[
                    "services.serving.knative.dev",
                    "configurations.serving.knative.dev",
                ],
            ),
        ),
        {"velero": REFUSED},
    ),
    Incident(
        "a denial with several lines",
        confirmed(CHILDREN),
        (*KNATIVE_STATE, restore()),
        {"velero": denied(KNATIVE_HOOK, f"validation failed: x\n{NO_PARENT}")},
    ),
    Incident(
        "App Connect names the version",
        confirmed(VERSION),
        (*IBM_STATE, restore()),
        {"velero": denied(IBM_HOOK, "version 12.0.1.0-r1 is not supported")},
    ),
    Incident(
        "missing label", confirmed(CHILDREN), (*KNATIVE_STATE, restore()), {"velero": REFUSED}
    ),
    Incident(
        "does not own, with the object's path",
        confirmed(CHILDREN),
        (*KNATIVE_STATE, restore()),
        {
            "velero": text(
                f'Namespace shop, resource restore error: error restoring revisions.serving.knative.dev/shop/hello-00001: admission webhook "{KNATIVE_HOOK}" denied the request: validation failed: Configuration: "hello" does not own Revision: "hello-00001"',
                restore=f"{NS}/r1",
            )
        },
    ),
    Incident(
        "JSON",
        confirmed(CHILDREN),
        (*KNATIVE_STATE, restore("other-name")),
        {
            "velero": as_json(
                f'error restoring hello: admission webhook "{KNATIVE_HOOK}" denied the request: {NO_PARENT}',
                restore=f"{NS}/other-name",
            )
        },
    ),
    Incident(
        "restore log, with prefix",
        confirmed(CHILDREN),
        (*KNATIVE_STATE, restore()),
        {"restore": stamped(REFUSED)},
    ),
    Incident(
        "wrapped copy of a refusal",
        confirmed(CHILDREN),
        (*KNATIVE_STATE, restore()),
        {"unknown": wrapped(REFUSED, 70)},
    ),
    Incident(
        "a line that names no restore",
        likely(CHILDREN),
        (*KNATIVE_STATE, restore("unrelated")),
        {"velero": denied(KNATIVE_HOOK, NO_PARENT, restore="")},
    ),
    Incident(
        "a line of another restore", (), (*KNATIVE_STATE, restore("unrelated")), {"velero": REFUSED}
    ),
    Incident(
        "a line from before the restore was made anew",
        (),
        (*KNATIVE_STATE, restore(start="2026-02-28T00:00:00Z")),
        {"velero": REFUSED},
    ),
    Incident("the restore is gone", (), KNATIVE_STATE, {"velero": REFUSED}),
    Incident(
        "the restore completed",
        (),
        (*KNATIVE_STATE, restore(phase="Completed")),
        {"velero": REFUSED},
    ),
    Incident(
        "a later restore completed",
        (),
        (*KNATIVE_STATE, restore(), restore("r2", phase="Completed", start="2026-02-27T05:00:00Z")),
        {"velero": REFUSED},
    ),
    Incident(
        "a later restore of another namespace completed",
        confirmed(CHILDREN),
        (
            *KNATIVE_STATE,
            restore(includedNamespaces=["shop"]),
            restore(
                "r2", phase="Completed", start="2026-02-27T05:00:00Z", includedNamespaces=["bank"]
            ),
        ),
        {"velero": REFUSED},
    ),
    Incident(
        "a later restore of another backup completed",
        confirmed(CHILDREN),
        (
            *KNATIVE_STATE,
            restore(),
            restore("r2", "b7", phase="Completed", start="2026-02-27T05:00:00Z"),
        ),
        {"velero": REFUSED},
    ),
    Incident(
        "an earlier restore completed",
        confirmed(CHILDREN),
        (*KNATIVE_STATE, restore(), restore("r0", phase="Completed", start="2026-02-26T05:00:00Z")),
        {"velero": REFUSED},
    ),
    Incident(
        "a later restore completed with nothing in it",
        confirmed(CHILDREN),
        (
            *KNATIVE_STATE,
            restore(),
            restore("r2", phase="Completed", start="2026-02-27T05:00:00Z", items=0),
        ),
        {"velero": REFUSED},
    ),
    Incident(
        "only the parents came back so far",
        confirmed(CHILDREN),
        (
            *KNATIVE_STATE,
            restore(),
            restore(
                "r2",
                phase="Completed",
                start="2026-02-27T05:00:00Z",
                includedResources=["services.serving.knative.dev"],
            ),
        ),
        {"velero": REFUSED},
    ),
    Incident(
        "parents, then the rest",
        (),
        (
            *KNATIVE_STATE,
            restore(),
            restore(
                "r2",
                phase="Completed",
                start="2026-02-27T05:00:00Z",
                includedResources=["services.serving.knative.dev"],
            ),
            restore(
                "r3",
                phase="Completed",
                start="2026-02-27T05:10:00Z",
                excludedResources=["configurations.serving.knative.dev"],
            ),
        ),
        {"velero": REFUSED},
    ),
    Incident(
        "two restores",
        confirmed(CHILDREN, CHILDREN),
        (*KNATIVE_STATE, restore(), restore("r2")),
        {"velero": REFUSED + denied(KNATIVE_HOOK, NO_PARENT, restore="r2")},
    ),
    Incident(
        "webhooks may not be read",
        likely(CHILDREN),
        (crd(), restore()),
        {"velero": REFUSED},
        unread=("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"),
    ),
    Incident("knative log alone", likely(CHILDREN), None, {"unknown": REFUSED}),
    Incident(
        "the results file",
        likely(CHILDREN),
        None,
        {
            "unknown": '{"errors":{"namespaces":{"shop":["error restoring configurations.serving.knative.dev/shop/hello: admission webhook \\"validation.webhook.serving.knative.dev\\" denied the request: validation failed: missing field(s): metadata.labels.serving.knative.dev/service"]}},"warnings":{}}\n'
        },
    ),
    Incident(
        "velero restore describe",
        likely(CHILDREN),
        None,
        {
            "unknown": f'Errors:\n  Velero:     <none>\n  Namespaces:\n    shop:  error restoring configurations.serving.knative.dev/shop/hello: admission webhook "{KNATIVE_HOOK}" denied the request: {NO_PARENT}\n'
        },
    ),
    Incident(
        "Knative is not installed",
        (),
        (hook(KNATIVE_HOOK), restore()),
        {
            "velero": text(
                'error restoring hello: no matches for kind "Configuration" in version "serving.knative.dev/v1"',
                restore=f"{NS}/r1",
            )
        },
    ),
    Incident(
        "the webhook does not answer",
        (),
        (*KNATIVE_STATE, restore()),
        {
            "velero": text(
                f'error restoring hello: Internal error occurred: failed calling webhook "{KNATIVE_HOOK}": failed to call webhook: Post "https://webhook.knative-serving.svc:443/?timeout=10s": no endpoints available for service "webhook"',
                restore=f"{NS}/r1",
            )
        },
    ),
    Incident(
        "another rule of Knative's webhook",
        likely(CHILDREN),
        (*KNATIVE_STATE, restore()),
        {
            "velero": denied(
                KNATIVE_HOOK,
                "validation failed: expected exactly one, got neither: spec.template.spec.containers",
            )
        },
    ),
    Incident(
        "a webhook of a policy engine",
        (),
        (*KNATIVE_STATE, hook("validate.kyverno.svc-fail"), restore()),
        {"velero": denied("validate.kyverno.svc-fail", NO_PARENT)},
    ),
    Incident(
        "a webhook with a similar name",
        (),
        (*KNATIVE_STATE, restore()),
        {"velero": denied("validation.webhook.serving.knative.dev.example.com", NO_PARENT)},
    ),
    Incident(
        "Knative there, nothing refused",
        (),
        (*KNATIVE_STATE, restore(phase="Completed")),
        {"velero": text("restore completed", level="info", restore=f"{NS}/r1")},
    ),
    Incident(
        "the documented typo",
        confirmed(TYPO),
        (restore(phase="Completed", items=0, includedResources=["service.serving.knavtive.dev"]),),
        {},
    ),
    Incident(
        "the typo, plural",
        confirmed(TYPO),
        (
            restore(
                phase="Completed",
                items=0,
                includedResources=["services.serving.knavtive.dev"],
                includedNamespaces=["shop"],
            ),
        ),
        {},
    ),
    Incident(
        "the typo beside something that matched",
        (),
        (
            restore(
                phase="Completed",
                items=4,
                includedResources=["configmaps", "service.serving.knavtive.dev"],
            ),
        ),
        {},
    ),
    Incident(
        "an empty restore without a typo",
        (),
        (restore(phase="Completed", items=0, includedResources=["services.serving.knative.dev"]),),
        {},
    ),
    Incident(
        "the typo, repaired since",
        (),
        (
            restore(phase="Completed", items=0, includedResources=["service.serving.knavtive.dev"]),
            restore(
                "r2",
                phase="Completed",
                start="2026-02-27T06:00:00Z",
                includedResources=["services.serving.knative.dev"],
            ),
        ),
        {},
    ),
    Incident("App Connect", confirmed(VERSION), (*IBM_STATE, restore()), {"velero": IBM_REFUSED}),
    Incident(
        "App Connect, JSON, other names",
        confirmed(VERSION),
        (*IBM_STATE, restore("weekly-2", "weekly")),
        {
            "restore": as_json(
                f'error restoring configurations.appconnect.ibm.com/ace/server.conf: admission webhook "{IBM_HOOK}" denied the request: version is not supported',
                restore="weekly-2",
            )
        },
    ),
    Incident(
        "App Connect, the line names no restore",
        likely(VERSION),
        (*IBM_STATE, restore()),
        {"velero": denied(IBM_HOOK, "version is not supported", restore="")},
    ),
    Incident("App Connect, the webhook is gone", (), (restore(),), {"velero": IBM_REFUSED}),
    Incident("App Connect, restore gone", (), IBM_STATE, {"velero": IBM_REFUSED}),
    Incident("App Connect, log alone", likely(VERSION), None, {"unknown": IBM_REFUSED}),
    Incident(
        "App Connect, another reason",
        likely(OTHERWISE),
        (*IBM_STATE, restore()),
        {"velero": denied(IBM_HOOK, "secret name must be set")},
    ),
    Incident(
        "App Connect, another reason, restore gone",
        (),
        IBM_STATE,
        {"velero": denied(IBM_HOOK, "secret name must be set")},
    ),
    Incident(
        "App Connect, another reason, restore completed",
        (),
        (*IBM_STATE, restore(phase="Completed")),
        {"velero": denied(IBM_HOOK, "secret name must be set")},
    ),
    Incident(
        "App Connect, another kind's webhook",
        likely(OTHERWISE),
        (hook("validate.dashboard.appconnect.ibm.com"), restore()),
        {
            "velero": denied(
                "validate.dashboard.appconnect.ibm.com",
                "version is not supported",
                what="dashboards.appconnect.ibm.com/ace/d",
            )
        },
    ),
    Incident(
        "App Connect, webhook does not answer",
        (),
        (*IBM_STATE, restore()),
        {
            "velero": text(
                f'error restoring demo: failed calling webhook "{IBM_HOOK}": connection refused',
                restore=f"{NS}/r1",
            )
        },
    ),
    Incident(
        "another product of that vendor",
        (),
        (hook("mutate.queuemanager.mq.ibm.com"), restore()),
        {"velero": denied("mutate.queuemanager.mq.ibm.com", "version is not supported")},
    ),
    Incident(
        "App Connect, solved",
        (),
        (
            *IBM_STATE,
            restore(),
            restore(
                "r2",
                phase="Completed",
                start="2026-02-27T05:00:00Z",
                excludedResources=["configurations.appconnect.ibm.com"],
            ),
        ),
        {"velero": IBM_REFUSED},
    ),
    Incident(
        "App Connect, a later restore of another namespace",
        confirmed(VERSION),
        (
            *IBM_STATE,
            restore(includedNamespaces=["ace"]),
            restore(
                "r2", phase="Completed", start="2026-02-27T05:00:00Z", includedNamespaces=["shop"]
            ),
        ),
        {"velero": IBM_REFUSED},
    ),
    Incident(
        "App Connect, not evaluated webhooks",
        likely(VERSION),
        (restore(),),
        {"velero": IBM_REFUSED},
        unread=("MutatingWebhookConfiguration",),
    ),
]


@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda each: each.name)
def test_an_incident_is_judged_rightly(base: KnowledgeBase, incident: Incident) -> None:
    assert found(judge(base, incident)) == sorted(incident.finds)
