"""Walks through restores that were refused, failed in part, or brought nothing."""

WALKS = [
    ("webhook-denied", "denied", {"way": "leave-out"}),
    ("webhook-denied/policy", "policy", {"way": "remedy"}),
    ("webhook-unreachable", "no-backend", {}),
    ("psa-violation", "restore-helper", {}),
    ("psa-violation/level", "level", {}),
    ("scc-denied", "not-granted", {}),
    ("uid-range", "outside", {}),
    ("quota-exceeded", "quota", {}),
    ("namespace-terminating", "was-terminating", {}),
    ("nodeport-conflict", "fixed-port", {}),
    ("crd-not-ready", "kind-missing", {}),
    ("dockercfg-secret-wait", "registry-off", {}),
    ("pv-still-exists", "was-there", {}),
    ("restore-partially-failed", "partially-failed", {}),
    ("restore-zero-items", "filter-matches-nothing", {}),
    ("restore-failed-validation", "contradiction", {}),
    ("restore-pvc-pending", "class-missing", {}),
    ("restore-pvc-pending/no-default-class", "no-default-class", {}),
    ("restore-backup-data-missing", "files-gone", {"backup": "files-back"}),
    ("pod-stuck-restore-wait", "no-node-agent", {}),
    ("restore-serviceaccount-missing", "left-out", {}),
    ("dc-replicas-zero", "second-phase-open", {}),
    ("namespace-terminating/still-there", "still-terminating", {}),
]
TYPED = {"files-back": {"other_backup": "shop-before-upgrade"}}
