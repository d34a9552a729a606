"""The operator: crashes, refused DPAs, and what looks like them.

The verdicts were written down before the rules were run, from what the programs do.
"""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from knowledge.base import KnowledgeBase
from tests.knowledge.incidents import (
    AGENT,
    BOTH,
    BOTH_ENTRY,
    BOTH_NEW,
    BOTH_OLD,
    CRASHING,
    FRAME,
    NEITHER,
    NEITHER_NEW,
    NEITHER_OLD,
    ORDER,
    RESTIC,
    SEGV,
    Incident,
    bucket_entry,
    cloud_storage,
    confirmed,
    csv,
    dpa,
    found,
    judge,
    likely,
    operator_pod,
    panic,
    reconcile_error,
    stamped,
    text,
    velero_entry,
)

INCIDENTS = [
    Incident(
        "crash, the stack in a field of zap's JSON",
        confirmed(SEGV),
        CRASHING,
        {
            "operator": '{"level":"info","ts":"2026-02-27T03:01:00Z","msg":"Observed a panic in reconciler: runtime error: invalid memory address or nil pointer dereference","controller":"dataprotectionapplication","stacktrace":"'
            + FRAME
            + '"}\n'
        },
    ),
    Incident(
        "crash in the middle of an upgrade",
        likely(SEGV),
        (csv("1.3.2", "Replacing"), csv("1.4.0", "Installing"), *CRASHING[1:]),
        {"operator": panic(FRAME)},
    ),
    Incident(
        "crash, operator not ready for OLM",
        confirmed(SEGV),
        (csv("1.3.2", "Failed"), *CRASHING[1:]),
        {"operator": panic(FRAME)},
    ),
    Incident("crash", confirmed(SEGV), CRASHING, {"operator": panic(FRAME)}),
    Incident(
        "crash with CloudStorage",
        confirmed(SEGV),
        (*CRASHING, cloud_storage()),
        {"operator": panic(FRAME)},
    ),
    Incident(
        "crash, restic",
        confirmed(SEGV),
        (csv("1.1.7"), dpa(bucket_entry(), configuration=RESTIC), operator_pod()),
        {"operator": panic(FRAME)},
    ),
    Incident(
        "crash, entry not the first",
        confirmed(SEGV),
        (
            csv("1.2.5"),
            dpa(velero_entry("a"), bucket_entry("b"), configuration=AGENT),
            operator_pod(),
        ),
        {"operator": panic(FRAME)},
    ),
    Incident(
        "crash, inspect's time stamps",
        confirmed(SEGV),
        CRASHING,
        {"operator": stamped(panic(FRAME))},
    ),
    Incident(
        "crash, prefix and CRLF",
        confirmed(SEGV),
        CRASHING,
        {
            "operator": stamped(
                panic(FRAME), "[pod/openshift-adp-controller-manager-1/manager] "
            ).replace("\n", "\r\n")
        },
    ),
    Incident(
        "crash of 1.0 without a node agent",
        confirmed(SEGV),
        (csv("1.0.3"), dpa(bucket_entry()), operator_pod()),
        {
            "operator": panic(
                "github.com/openshift/oadp-operator/pkg/credentials.AppendPluginSpecificSpecs(0xc0005)"
            )
        },
    ),
    Incident(
        "crash, running again for a moment",
        confirmed(SEGV),
        (*CRASHING[:2], operator_pod(waiting=False)),
        {"operator": panic(FRAME)},
    ),
    Incident("crash, frames cut off", likely(SEGV), CRASHING, {"operator": panic()}),
    Incident("crash, state without a log", likely(SEGV), CRASHING, {}, unread_logs=("operator",)),
    Incident("crash, version unknown", likely(SEGV), CRASHING[1:], {"operator": panic(FRAME)}),
    Incident("crash, log alone", likely(SEGV), None, {"unknown": panic(FRAME)}),
    Incident(
        "another frame",
        (),
        CRASHING,
        {
            "operator": panic(
                "github.com/openshift/oadp-operator/controllers.(*DPAReconciler).ReconcileNonAdmin(0xc0)"
            )
        },
    ),
    Incident(
        "another panic",
        (),
        CRASHING,
        {
            "operator": panic(
                "github.com/openshift/oadp-operator/controllers.x(0xc0)",
                reason="index out of range [1] with length 1",
            )
        },
    ),
    Incident(
        "killed for memory",
        (),
        (*CRASHING[:2], operator_pod(137, "OOMKilled")),
        {"operator": text("starting", level="info")},
    ),
    Incident(
        "killed for memory, state alone",
        (),
        (*CRASHING[:2], operator_pod(137, "OOMKilled")),
        {},
        unread_logs=("operator",),
    ),
    Incident(
        "leader election lost",
        (),
        (*CRASHING[:2], operator_pod(1)),
        {
            "operator": '2026-02-27T03:01:00Z\tERROR\tsetup\tproblem running manager\t{"error": "leader election lost"}\n'
        },
    ),
    Incident(
        "1.4 with the same DPA",
        (),
        (csv("1.4.0"), CRASHING[1], operator_pod()),
        {"operator": panic(FRAME)},
    ),
    Incident(
        "no node agent",
        (),
        (
            csv("1.3.2"),
            dpa(bucket_entry(), configuration={"nodeAgent": {"enable": False}}),
            operator_pod(),
        ),
        {"operator": panic(FRAME)},
    ),
    Incident(
        "written as velero since",
        (),
        (csv("1.3.2"), dpa(velero_entry(), configuration=AGENT), operator_pod(waiting=False)),
        {"operator": panic(FRAME)},
    ),
    Incident(
        "another container of the pod restarts",
        (),
        (
            *CRASHING[:2],
            operator_pod(
                0,
                "Completed",
                waiting=False,
                other={
                    "name": "kube-rbac-proxy",
                    "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                    "lastState": {"terminated": {"exitCode": 2, "reason": "Error"}},
                },
            ),
        ),
        {"operator": "2026-02-27T03:01:00Z\tINFO\tsetup\tstarting manager\n"},
    ),
    Incident(
        "bucket, node agent and 1.3, not crashing",
        (),
        CRASHING[:2],
        {"operator": "2026-02-27T03:01:00Z\tINFO\tsetup\tstarting manager\n"},
    ),
    Incident(
        "both, from the condition",
        confirmed(BOTH),
        (csv("1.3.1"), dpa(BOTH_ENTRY, message=BOTH_NEW)),
        {},
    ),
    Incident(
        "both, old message",
        confirmed(BOTH),
        (csv("1.0.9"), dpa(velero_entry("x"), BOTH_ENTRY, message=BOTH_OLD)),
        {},
    ),
    Incident(
        "both, from the log",
        confirmed(BOTH),
        (dpa(BOTH_ENTRY),),
        {"operator": reconcile_error(BOTH_NEW)},
    ),
    Incident(
        "both, zap JSON",
        confirmed(BOTH),
        (dpa(BOTH_ENTRY),),
        {
            "operator": '{"level":"error","ts":"2026-02-27T03:01:00Z","msg":"Reconciler error","controller":"dataprotectionapplication","error":"'
            + BOTH_NEW
            + '","stacktrace":"x"}\n'
        },
    ),
    Incident(
        "both, old zap time",
        confirmed(BOTH),
        (dpa(BOTH_ENTRY),),
        {
            "operator": reconcile_error(BOTH_OLD).replace(
                "2026-02-27T03:01:00Z", "1.6690000012345e+09"
            )
        },
    ),
    Incident("both, log alone", likely(BOTH), None, {"unknown": reconcile_error(BOTH_NEW)}),
    Incident(
        "both, repaired",
        (),
        (dpa(velero_entry(), reconciled="True"),),
        {"operator": reconcile_error(BOTH_NEW)},
    ),
    Incident(
        "both with a node agent is not the crash",
        confirmed(BOTH),
        (csv("1.3.1"), dpa(BOTH_ENTRY, message=BOTH_NEW, configuration=AGENT)),
        {},
    ),
    Incident("neither", confirmed(NEITHER), (dpa({"name": "empty"}, message=NEITHER_NEW),), {}),
    Incident(
        "neither, old message in the log",
        confirmed(NEITHER),
        (dpa(velero_entry("a"), {"name": "b"}),),
        {"operator": reconcile_error(NEITHER_OLD)},
    ),
    Incident(
        "neither, log alone", likely(NEITHER), None, {"unknown": reconcile_error(NEITHER_NEW)}
    ),
    Incident(
        "a prefix is missing",
        (),
        (
            dpa(
                velero_entry(),
                message="BackupLocation must have velero prefix when backupImages is not set to false",
            ),
        ),
        {},
    ),
    Incident(
        "two DPAs",
        (),
        (
            dpa(
                velero_entry(),
                name="a",
                message="only one DPA CR can exist per OADP installation namespace",
            ),
            dpa(
                bucket_entry(),
                name="b",
                message="only one DPA CR can exist per OADP installation namespace",
            ),
        ),
        {},
    ),
    Incident(
        "two DPAs, one with both",
        confirmed(BOTH),
        (
            dpa(velero_entry(), name="a", reconciled="True"),
            dpa(BOTH_ENTRY, name="b", message=BOTH_NEW),
        ),
        {},
    ),
    Incident(
        "bucket before the default, non-admin",
        confirmed(ORDER),
        (csv("1.5.0"), dpa(bucket_entry("a"), velero_entry("b"), nonAdmin={"enable": True})),
        {
            "operator": '2026-02-27T03:01:00Z\tERROR\tObserved a panic\t{"controller": "dataprotectionapplication", "panic": "runtime error: invalid memory address or nil pointer dereference", "panicGoexit": "x"}\n'
        },
    ),
    Incident(
        "the recovered panic as an error",
        confirmed(ORDER),
        (csv("1.5.0"), dpa(bucket_entry("a"), velero_entry("b"), nonAdmin={"enable": True})),
        {
            "operator": reconcile_error(
                "panic: runtime error: invalid memory address or nil pointer dereference [recovered]"
            )
        },
    ),
    Incident(
        "another recovered panic",
        (),
        (csv("1.5.0"), dpa(bucket_entry("a"), velero_entry("b"), nonAdmin={"enable": True})),
        {
            "operator": '2026-02-27T03:01:00Z\tERROR\tObserved a panic\t{"controller": "nonadminbackup", "panic": "assignment to entry in nil map"}\n'
        },
    ),
    Incident(
        "bucket behind the default, non-admin",
        (),
        (csv("1.5.0"), dpa(velero_entry("a"), bucket_entry("b"), nonAdmin={"enable": True})),
        {
            "operator": reconcile_error(
                "panic: runtime error: invalid memory address or nil pointer dereference [recovered]"
            )
        },
    ),
    Incident(
        "bucket before the default, no panic",
        (),
        (csv("1.5.0"), dpa(bucket_entry("a"), velero_entry("b"), nonAdmin={"enable": True})),
        {"operator": "x\n"},
    ),
]


@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda each: each.name)
def test_an_incident_is_judged_rightly(base: KnowledgeBase, incident: Incident) -> None:
    assert found(judge(base, incident)) == sorted(incident.finds)
