"""Image streams: the registry secret, and what looks like it.

The verdicts were written down before the rules were run, from what the programs do.
"""

# ruff: noqa: E501

from __future__ import annotations

import json

import pytest

from knowledge.base import KnowledgeBase
from tests.knowledge.incidents import (
    BUCKET,
    LABEL,
    LINE,
    MISSING,
    NEIGHBOURS,
    NO_DEFAULT,
    NS,
    OFF,
    PLUGIN_LINE,
    PROVIDER,
    SPELLING,
    UNLABELLED,
    WAITING,
    Incident,
    as_json,
    backup,
    bsl,
    bucket_entry,
    confirmed,
    dpa,
    failed_item,
    found,
    image_stream,
    is_error,
    is_panic,
    judge,
    likely,
    restore,
    secret,
    stamped,
    text,
    velero_entry,
    wrapped,
)

INCIDENTS = [
    Incident(
        "no log, but a backup of images failed: not evaluated",
        (),
        (bsl(), image_stream(), backup()),
        unread_logs=("velero", "backup"),
    ),
    Incident(
        "no log, two locations: not evaluated",
        (),
        (bsl(), bsl("dpa-1", dpa="dpa"), image_stream(), backup(bsl="dpa-1")),
        unread_logs=("velero", "backup"),
    ),
    Incident(
        "no log, a backup without images failed",
        (),
        (bsl(), image_stream(), backup(includedNamespaces=["other"])),
        unread_logs=("velero", "backup"),
    ),
    Incident(
        "no log, no secrets, a labelled location",
        (),
        (bsl(dpa="dpa", labels=LABEL), image_stream(), backup()),
        unread=("Secret",),
        unread_logs=("velero", "backup"),
    ),
    Incident(
        "no log, the secret is there",
        (),
        (bsl(dpa="dpa", labels=LABEL), secret(MISSING), image_stream(), backup()),
        unread_logs=("velero", "backup"),
    ),
    Incident(
        "the log was read, a backup of images failed for something else",
        (),
        (bsl(), image_stream(), backup()),
        {"velero": failed_item("timed out")},
    ),
    Incident(
        "a flood of another location's images",
        confirmed(UNLABELLED, UNLABELLED),
        (bsl("many"), bsl()),
        {
            "velero": PLUGIN_LINE
            + LINE
            + "".join(
                failed_item(is_error("oadp-many-aws-registry-secret", name=f"is{number}"))
                for number in range(400)
            )
        },
    ),
    Incident(
        "typographic quotation marks",
        confirmed(UNLABELLED),
        (bsl(),),
        {"unknown": is_error(MISSING).replace('"', "\u201d") + "\n"},
    ),
    Incident(
        "a page's source",
        confirmed(UNLABELLED),
        (bsl(),),
        {"unknown": is_error(MISSING).replace('"', "&quot;") + "\n"},
    ),
    Incident(
        "a log collector's envelope",
        confirmed(UNLABELLED),
        (bsl(),),
        {"unknown": json.dumps({"@timestamp": "2026-02-27T03:01:00Z", "message": LINE}) + "\n"},
    ),
    Incident(
        "the container engine's JSON",
        confirmed(UNLABELLED),
        (bsl(), backup()),
        {"unknown": json.dumps({"log": failed_item(is_panic()), "stream": "stderr"}) + "\n"},
    ),
    Incident("text line", confirmed(UNLABELLED), (bsl(),), {"velero": LINE}),
    Incident("the plug-in's own line", confirmed(UNLABELLED), (bsl(),), {"velero": PLUGIN_LINE}),
    Incident(
        "both lines are one finding",
        confirmed(UNLABELLED),
        (bsl(),),
        {"velero": PLUGIN_LINE + LINE},
    ),
    Incident(
        "JSON line",
        confirmed(UNLABELLED),
        (bsl(),),
        {"velero": as_json("Error backing up item", backup=f"{NS}/b1", error=is_error(MISSING))},
    ),
    Incident("backup log", confirmed(UNLABELLED), (bsl(),), {"backup": LINE}),
    Incident(
        "restore of images",
        confirmed(UNLABELLED),
        (bsl(),),
        {
            "velero": text(
                f'[is-restore] Error getting UdistributionTransportForLocation: errors getting registryenv: secrets "{MISSING}" not found',
                restore=f"{NS}/r9",
            )
        },
    ),
    Incident("oc logs --timestamps", confirmed(UNLABELLED), (bsl(),), {"velero": stamped(LINE)}),
    Incident(
        "oc logs --prefix",
        confirmed(UNLABELLED),
        (bsl(),),
        {"velero": stamped(LINE, "[pod/velero-84748f77-m4jjv/velero] ")},
    ),
    Incident(
        "prefix and time stamp",
        confirmed(UNLABELLED),
        (bsl(),),
        {"velero": stamped(LINE, "[pod/velero-84748f77-m4jjv/velero] 2026-02-27T03:01:00.1Z ")},
    ),
    Incident(
        "cut time stamp",
        confirmed(UNLABELLED),
        (bsl(),),
        {"velero": stamped(LINE, "024-02-27T10:46:50.028951744Z ")},
    ),
    Incident(
        "container runtime's own prefix",
        confirmed(UNLABELLED),
        (bsl(),),
        {"velero": stamped(LINE, "2026-02-27T03:01:00.028951744Z stderr F ")},
    ),
    Incident(
        "grep's prefix",
        confirmed(UNLABELLED),
        (bsl(),),
        {"unknown": stamped(LINE, "velero.log:4711:")},
    ),
    Incident(
        "stern's prefix",
        confirmed(UNLABELLED),
        (bsl(),),
        {"unknown": stamped(LINE, "velero-84748f77-m4jjv velero ")},
    ),
    Incident(
        "quoted in a ticket", confirmed(UNLABELLED), (bsl(),), {"unknown": stamped(LINE, "> ")}
    ),
    Incident(
        "the start of the line is cut off", confirmed(UNLABELLED), (bsl(),), {"unknown": LINE[60:]}
    ),
    Incident("byte order mark", confirmed(UNLABELLED), (bsl(),), {"unknown": "\ufeff" + LINE}),
    Incident("CRLF", confirmed(UNLABELLED), (bsl(),), {"velero": LINE.replace("\n", "\r\n")}),
    Incident(
        "no newline at the end", confirmed(UNLABELLED), (bsl(),), {"velero": LINE.rstrip("\n")}
    ),
    Incident("wrapped copy", confirmed(UNLABELLED), (bsl(),), {"unknown": wrapped(LINE)}),
    Incident(
        "wrapped copy, CRLF",
        confirmed(UNLABELLED),
        (bsl(),),
        {"unknown": wrapped(LINE, 40).replace("\n", "\r\n")},
    ),
    Incident(
        "wrapped copy of a panic with a time stamp",
        confirmed(UNLABELLED),
        (bsl(), backup()),
        {"unknown": wrapped(stamped(failed_item(is_panic())), 90)},
    ),
    Incident(
        "wrapped JSON",
        confirmed(UNLABELLED),
        (bsl(),),
        {
            "unknown": wrapped(
                as_json("Error backing up item", backup=f"{NS}/b1", error=is_error(MISSING)), 80
            )
        },
    ),
    Incident(
        "wrapped in the middle of words",
        confirmed(UNLABELLED),
        (bsl(),),
        {"unknown": "\n".join(LINE[at : at + 80] for at in range(0, len(LINE), 80))},
    ),
    Incident(
        "error text alone, without quotes around",
        confirmed(UNLABELLED),
        (bsl(),),
        {"unknown": is_error(MISSING) + "\n"},
    ),
    Incident(
        "escaped quotes in prose",
        confirmed(UNLABELLED),
        (bsl(),),
        {"unknown": "Velero: " + is_error(MISSING).replace('"', '\\"') + "\n"},
    ),
    Incident(
        "azure",
        confirmed(UNLABELLED),
        (bsl("nightly-store", "azure"),),
        {"velero": failed_item(is_error("oadp-nightly-store-azure-registry-secret"))},
    ),
    Incident(
        "another namespace of OADP",
        confirmed(UNLABELLED),
        (bsl(namespace="backup-ops"),),
        {"velero": LINE},
        namespace="backup-ops",
    ),
    Incident(
        "a secret of that name in another namespace only",
        confirmed(UNLABELLED),
        (bsl(), secret(MISSING, "elsewhere")),
        {"velero": LINE},
    ),
    Incident(
        "another value of the label",
        confirmed(UNLABELLED),
        (bsl(labels={"app.kubernetes.io/component": "storage"}),),
        {"velero": LINE},
    ),
    Incident(
        "panic", confirmed(UNLABELLED), (bsl(), backup()), {"velero": failed_item(is_panic())}
    ),
    Incident(
        "panic as the vendor prints it",
        confirmed(UNLABELLED),
        (bsl(), backup()),
        {"velero": failed_item(is_panic(index=""))},
    ),
    Incident(
        "panic with other numbers, JSON",
        confirmed(UNLABELLED),
        (
            bsl("a"),
            bsl("z", dpa="d", labels=LABEL),
            secret("oadp-z-aws-registry-secret"),
            backup(bsl="a"),
        ),
        {
            "velero": as_json(
                "Error backing up item", backup=f"{NS}/b1", error=is_panic(index="[3] ", length=3)
            )
        },
    ),
    Incident(
        "panic of a deleted backup",
        (),
        (bsl(),),
        {"velero": failed_item(is_panic(), backup="gone")},
    ),
    Incident(
        "panic of a backup since made anew elsewhere",
        (),
        (bsl(), backup(start="2026-02-28T00:00:00Z", phase="Completed")),
        {"velero": failed_item(is_panic())},
    ),
    Incident(
        "panic without the backup's name",
        likely(UNLABELLED),
        (bsl(), backup()),
        {"velero": text("Error backing up item", error=is_panic())},
    ),
    Incident(
        "another panic of the plug-in",
        (),
        (bsl(), backup()),
        {
            "velero": failed_item(
                "error executing custom action (groupResource=imagestreams.image.openshift.io, namespace=shop, name=web): rpc error: code = Aborted desc = plugin panicked: runtime error: invalid memory address or nil pointer dereference, stack trace: x"
            )
        },
    ),
    Incident(
        "the same panic for another resource",
        (),
        (bsl(), backup()),
        {"velero": failed_item(is_panic().replace("imagestreams.image.openshift.io", "pods"))},
    ),
    Incident(
        "panic with logs of a DPA's good location",
        (),
        (bsl(dpa="dpa", labels=LABEL), secret(MISSING), backup()),
        {"velero": failed_item(is_panic())},
    ),
    Incident(
        "bucket entry",
        confirmed(BUCKET),
        (bsl("dpa-1", dpa="dpa"), dpa(bucket_entry())),
        {"velero": failed_item(is_error("oadp-dpa-1-aws-registry-secret"))},
    ),
    Incident(
        "bucket entry, panic",
        confirmed(BUCKET),
        (bsl("dpa-1", dpa="dpa"), backup(bsl="dpa-1")),
        {"velero": failed_item(is_panic())},
    ),
    Incident(
        "labelled, not reconciled", confirmed(WAITING), (bsl(labels=LABEL),), {"velero": LINE}
    ),
    Incident(
        "labelled, DPA refused",
        confirmed(WAITING),
        (
            bsl(labels=LABEL),
            dpa(
                velero_entry(), message="error finding AWS Profile for the supplied AWS credential"
            ),
        ),
        {"velero": LINE},
    ),
    Incident(
        "after the fix", (), (bsl(labels=LABEL), secret(MISSING)), {"velero": PLUGIN_LINE + LINE}
    ),
    Incident("the location is gone", (), (bsl("other"),), {"velero": LINE}),
    Incident(
        "the location uses a role",
        (),
        (bsl(config={"enableSharedConfig": "true"}),),
        {"velero": LINE},
    ),
    Incident(
        "gcp",
        (),
        (bsl("default", "gcp"),),
        {"velero": text("Backed up a total of 3 items", level="info")},
    ),
    Incident(
        "images are switched off",
        (),
        (bsl(), dpa(velero_entry(), backupImages=False)),
        {"velero": LINE},
    ),
    Incident(
        "two locations, one of them fails",
        confirmed(UNLABELLED),
        (bsl(), bsl("other"), bsl("third", dpa="d", labels=LABEL)),
        {"velero": LINE},
    ),
    Incident(
        "two locations fail",
        confirmed(UNLABELLED, UNLABELLED),
        (bsl(), bsl("other")),
        {"velero": LINE + failed_item(is_error("oadp-other-aws-registry-secret"))},
    ),
    Incident("log alone", likely(UNLABELLED, BUCKET, WAITING), None, {"unknown": LINE}),
    Incident(
        "secrets may not be read",
        likely(UNLABELLED),
        (bsl(),),
        {"velero": LINE},
        unread=("Secret",),
    ),
    Incident(
        "locations may not be read",
        likely(UNLABELLED, BUCKET, WAITING),
        (),
        {"velero": LINE},
        unread=("BackupStorageLocation",),
    ),
    Incident(
        "the DPA may not be read",
        likely(UNLABELLED),
        (bsl(),),
        {"velero": LINE},
        unread=("DataProtectionApplication",),
    ),
    Incident(
        "state without a log", (), (bsl(), backup(phase="Completed")), {}, unread_logs=("velero",)
    ),
    Incident(
        "another secret",
        (),
        (bsl(),),
        {"velero": failed_item('secrets "cloud-credentials" not found')},
    ),
    Incident(
        "a registry secret that is not of this kind",
        (),
        (bsl(),),
        {"velero": failed_item(is_error("my-registry-secret"))},
    ),
    *(
        Incident(
            f"neighbour: {each}",
            (),
            (bsl(),),
            {"velero": failed_item(f"rpc error: code = Unknown desc = {each}")},
        )
        for each in NEIGHBOURS
    ),
    Incident(
        "long provider",
        confirmed(SPELLING),
        (bsl("dpa-1", "velero.io/aws", dpa="dpa"), backup(bsl="dpa-1"), dpa(velero_entry())),
        {"velero": failed_item(PROVIDER)},
    ),
    Incident(
        "long provider elsewhere",
        (),
        (bsl("x", "alibabacloud"), bsl("y", "velero.io/aws"), backup(bsl="x")),
        {"velero": failed_item(PROVIDER)},
    ),
    Incident(
        "long provider, whose backup is unknown",
        likely(SPELLING),
        (bsl("y", "velero.io/aws"), backup(bsl="y")),
        {"velero": text("Error backing up item", error=PROVIDER)},
    ),
    Incident(
        "long provider, in a restore",
        confirmed(SPELLING),
        (
            bsl("y", "velero.io/aws"),
            backup(bsl="y", phase="Completed", start="2026-02-01T00:00:00Z"),
            restore(),
        ),
        {
            "velero": text(
                "[is-restore] errors getting registry env vars: unsupported provider",
                restore=f"{NS}/r1",
            )
        },
    ),
    Incident(
        "long provider, corrected",
        (),
        (bsl("y", "aws", labels=LABEL), backup(bsl="y")),
        {"velero": failed_item(PROVIDER)},
    ),
    Incident(
        "long provider and nothing failed",
        (),
        (bsl("y", "velero.io/aws"), backup(bsl="y", phase="Completed")),
        {},
    ),
    Incident(
        "images left out",
        confirmed(OFF),
        (dpa(**NO_DEFAULT), image_stream(), backup(phase="Completed", includedNamespaces=["shop"])),
        {},
    ),
    Incident(
        "images left out of a backup of everything",
        confirmed(OFF),
        (dpa(**NO_DEFAULT), image_stream(), backup(phase="Completed")),
        {},
    ),
    Incident(
        "no images anywhere but the platform's",
        (),
        (dpa(**NO_DEFAULT), image_stream("cli", "openshift"), backup(phase="Completed")),
        {},
    ),
    Incident(
        "a backup that did not ask for images",
        (),
        (
            dpa(**NO_DEFAULT),
            image_stream(),
            backup(phase="Completed", includedResources=["configmaps"]),
        ),
        {},
    ),
    Incident(
        "a backup that leaves images out on purpose",
        (),
        (
            dpa(**NO_DEFAULT),
            image_stream(),
            backup(phase="Completed", excludedResources=["imagestreams.image.openshift.io"]),
        ),
        {},
    ),
    Incident(
        "an image stream that is not copied on purpose",
        (),
        (
            dpa(**NO_DEFAULT),
            image_stream(annotations={"openshift.io/skip-image-copy": "true"}),
            backup(phase="Completed"),
        ),
        {},
    ),
    Incident(
        "images off by choice",
        (),
        (dpa(velero_entry(), backupImages=False), image_stream(), backup(phase="Completed")),
        {},
    ),
]


@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda each: each.name)
def test_an_incident_is_judged_rightly(base: KnowledgeBase, incident: Incident) -> None:
    assert found(judge(base, incident)) == sorted(incident.finds)
