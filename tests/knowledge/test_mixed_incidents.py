"""Noise, health, and several issues at once.

The verdicts were written down before the rules were run, from what the programs do.
"""

from __future__ import annotations

import pytest

from knowledge.base import KnowledgeBase
from tests.knowledge.incidents import (
    AGENT,
    BOTH,
    BOTH_ENTRY,
    BOTH_NEW,
    CHILDREN,
    EOF_LINE,
    IBM_HOOK,
    IBM_REFUSED,
    IBM_STATE,
    KNATIVE_STATE,
    LABEL,
    LINE,
    NO_DEFAULT,
    NOISE,
    REFUSED,
    UNLABELLED,
    VERSION,
    Incident,
    as_json,
    backup,
    bsl,
    confirmed,
    csv,
    denied,
    dpa,
    failed_item,
    found,
    image_stream,
    judge,
    operator_pod,
    reconcile_error,
    restore,
    secret,
    stamped,
    text,
    velero_entry,
)

INCIDENTS = [
    Incident(
        "another Velero in another namespace",
        confirmed(UNLABELLED),
        (bsl(), bsl(namespace="velero", labels=LABEL), dpa(namespace="other", **NO_DEFAULT)),
        {"velero": LINE},
    ),
    Incident(
        "one restore, two webhooks",
        confirmed(CHILDREN, VERSION),
        (*KNATIVE_STATE, *IBM_STATE, restore()),
        {"velero": REFUSED + IBM_REFUSED},
    ),
    Incident("noise, text", (f"{NOISE} benign",), (), {"velero": EOF_LINE * 40}),
    Incident(
        "noise, JSON",
        (f"{NOISE} benign",),
        (),
        {
            "velero": as_json(
                "received EOF, stopping recv loop",
                level="debug",
                err="rpc error: code = Canceled desc = context canceled",
            )
        },
    ),
    Incident("noise, log alone", (f"{NOISE} benign",), None, {"unknown": stamped(EOF_LINE)}),
    Incident(
        "noise beside an incident",
        (f"{NOISE} benign", *confirmed(UNLABELLED)),
        (bsl(),),
        {"velero": EOF_LINE + LINE + EOF_LINE},
    ),
    Incident(
        "noise beside a plug-in that was killed",
        (f"{NOISE} benign",),
        (),
        {
            "velero": EOF_LINE
            + text("plugin process exited", cmd="/plugins/velero-plugins", error="signal: killed")
        },
    ),
    Incident(
        "an EOF that is an error",
        (),
        (),
        {
            "velero": failed_item(
                "rpc error: code = Unavailable desc = error reading from server: EOF"
            )
        },
    ),
    Incident(
        "an error that quotes the noise",
        (),
        (),
        {"velero": text("received EOF, stopping recv loop", level="error")},
    ),
    Incident(
        "healthy",
        (),
        (
            csv("1.4.2"),
            dpa(velero_entry(), reconciled="True", configuration=AGENT),
            bsl("dpa-1", dpa="dpa", labels=LABEL),
            secret("oadp-dpa-1-aws-registry-secret"),
            backup(bsl="dpa-1", phase="Completed"),
            restore(phase="Completed"),
            *KNATIVE_STATE,
            *IBM_STATE,
            image_stream(),
            operator_pod(0, "Completed", waiting=False),
        ),
        {
            "velero": text("Backed up a total of 431 items", level="info"),
            "operator": "2026-02-27T03:01:00Z\tINFO\tsetup\tstarting manager\n",
        },
    ),
    Incident(
        "healthy, hardly anything readable",
        (),
        (),
        {},
        unread=("Secret", "BackupStorageLocation", "Restore", "DataProtectionApplication", "Pod"),
        unread_logs=("velero", "operator"),
    ),
    Incident(
        "everything at once",
        (*confirmed(UNLABELLED, CHILDREN, VERSION, BOTH), f"{NOISE} benign"),
        (
            bsl(),
            *KNATIVE_STATE,
            *IBM_STATE,
            restore(),
            restore("r2", "b2"),
            dpa(BOTH_ENTRY, message=BOTH_NEW),
        ),
        {
            "velero": EOF_LINE
            + LINE
            + REFUSED
            + denied(IBM_HOOK, "version is not supported", restore="r2"),
            "operator": reconcile_error(BOTH_NEW),
        },
    ),
]


@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda each: each.name)
def test_an_incident_is_judged_rightly(base: KnowledgeBase, incident: Incident) -> None:
    assert found(judge(base, incident)) == sorted(incident.finds)
