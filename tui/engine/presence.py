"""Whether there is any OADP to judge: finding nothing wrong with nothing is no good news."""

from __future__ import annotations

from knowledge.snapshot import Snapshot, SourceType
from knowledge.text import Text


def oadp_missing(snapshot: Snapshot) -> Text | None:
    """Return what to do if everything was read and none of it is OADP; None if some of it is."""
    source = snapshot.source
    if source.type is SourceType.FILES:
        return None
    kinds = ("DataProtectionApplication", "Deployment")
    if any(snapshot.why_unread(kind) is not None for kind in kinds):
        return None
    velero = any(name == "velero" for _namespace, name in snapshot.of("Deployment"))
    if velero or snapshot.of("DataProtectionApplication"):
        return None
    return Text(
        en=f"There is no OADP in namespace {source.namespace}: no DataProtectionApplication and no "
        "Velero. Choose another namespace with --namespace.",
        ja=f"namespace {source.namespace} に OADP がありません（DataProtectionApplication も "
        "Velero もありません）。--namespace で別の namespace を指定してください。",
    )
