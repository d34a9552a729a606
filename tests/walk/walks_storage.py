"""Walks through storage locations, refusals of the object storage, deletion and downloads."""

WALKS = [
    ("bsl-unavailable", "unavailable", {}),
    ("bsl-stale-validation", "controller-stuck", {}),
    ("bsl-invalid-dirs", "foreign-directories", {"way": "prefix"}),
    ("bsl-x509", "server-authority", {"ca": "typed-ca"}),
    ("s3-signature-mismatch", "port-in-url", {}),
    ("s3-checksum-unsupported", "checksum-not-off", {}),
    ("s3-access-denied", "key-unknown", {}),
    ("s3-access-denied/write-denied", "write-denied", {}),
    ("s3-network", "dns", {}),
    ("s3-storage-full", "full", {}),
    ("bsl-readonly", "read-only", {}),
    ("no-default-bsl", "no-default", {}),
    ("backup-exists-in-bucket", "name-taken", {}),
    ("orphan-backups-sync", "location-gone", {"way": "bring-back"}),
    ("backup-deleting-stuck", "no-request", {}),
    ("restore-finalizer-stuck", "location-unavailable", {"way": "repair"}),
    ("restore-finalizer-stuck", "location-unavailable", {"way": "force"}),
    ("datamover-finalizer", "no-agents", {"way": "agent"}),
    ("datamover-finalizer", "no-agents", {"way": "force"}),
    ("download-request-timeout", "location-unavailable", {}),
    ("presigned-unreachable", "in-cluster-host", {"": "outside"}),
    ("logs-not-found", "never-uploaded", {}),
]
TYPED = {
    "typed-ca": {"ca": "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJwcmFjdGljZQo="},
    "outside": {"public_url": "https://storage.practice.example.com"},
    "bring-back": {"bucket": "old-backups"},
}
