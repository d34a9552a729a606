"""Walks of installation, DPA, credentials and non-admin."""

WALKS = [
    ("dpa-not-reconciled", "no-default-location", {}),
    ("dpa-not-reconciled/named-default", "named-default", {}),
    ("dpa-not-reconciled/images-with-no-default", "images-with-no-default", {}),
    ("dpa-not-reconciled/locations-with-no-default", "locations-with-no-default", {}),
    ("dpa-not-reconciled/operator-type", "operator-type-override", {}),
    ("creds-secret-missing", "absent", {}),
    ("creds-secret-key-mismatch", "key-absent", {"way": "dpa-key"}),
    ("creds-malformed", "aws-profile", {}),
    ("dpa-prefix-missing", "no-prefix", {"way": "prefix"}),
    ("dpa-prefix-missing", "no-prefix", {"way": "no-images"}),
    ("upgrade-restic-field", "restic-field", {}),
    ("upgrade-restic-field/uploader", "uploader-restic", {}),
    ("nac-dup", "second-controller", {}),
    ("nac-sync-period", "periods", {"way": "defaults"}),
    ("nac-sync-period", "periods", {"way": "longer"}),
    ("nabsl-pending", "approval-pending", {"decide": "approve"}),
    ("cloudstorage-cr", "bucket-not-created", {}),
    ("cloudstorage-cr/deletion-blocked", "deletion-blocked", {}),
    ("cloudstorage-cr/odd-annotation", "odd-annotation", {}),
    ("duplicate-operators", "community-and-product", {}),
]
TYPED = {
    "dpa-key": {"present_key": "credentials-velero"},
    "prefix": {"prefix": "velero"},
}
