"""Text that stands in logs where all is well: what is found in it tells nothing by itself.

Shapes of lines as Velero, its plug-ins, the node agents and the operator write them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Final

ORDINARY: Final = """\
time="2025-07-01T02:00:01Z" level=info level=warning level=error level=debug msg="Setting up
backup temp file" Setting up backup log backup=openshift-adp/daily
logSource="pkg/controller/backup_controller.go:690"
logSource="/remote-source/velero/app/pkg/backup/item_backupper.go:186" pkg/cmd/server/server.go
msg="Processing item" name=mysql namespace=shop progress= resource=deployments.apps
restore=openshift-adp/r Backed up 12 items out of an estimated total of 431 (estimate will change
throughout the backup) Backing up item Executing custom action cmd=/plugins/velero-plugins
pluginName=velero-plugin-for-aws [common-backup] Entering common backup plugin
velero-plugin-for-csi velero-plugin-for-openshift BackupStorageLocations is valid, marking as
available Validating BackupStorageLocation controller=backup-storage-location
backup-storage-location=openshift-adp/default backup store backup repo There is no existing
BackupStorageLocation set as default velero backup-location Attempting to restore Pod: restoring
Restoring resource 'pods' into namespace 'shop' restored Executing item action for Skipping
restore already exists in the cluster and is the same as the backed up version Restored 12 items
out of an estimated total of in container hooks for pod executing hook Getting items for group
Retrieved items Excluding namespaces Including resources Excluding resources Skip action unable to
error to error getting error err= errors fail to get failed to get Get get Reading from server EOF
received EOF plugin process exited path=/plugins starting plugin kopia restic kopia/kopia/format
kopia/maintenance Running data path pod volume backup data path backup PodVolumeBackup
PodVolumeRestore pod volume Preparing preparing prepared exposer DataUpload DataDownload
initializing object store snapshot VolumeSnapshot VolumeSnapshotClass persistentvolumeclaims
Created persistent volume claim data upload expose is ready not found was not found does not have
Backup completed Finished running custom resource All Velero custom resource definitions exist
openshift-adp openshift Reconciler reconcile Reconciling controller controllerGroup controllerKind
DataProtectionApplication namespace reconcileID Starting workers worker count Starting EventSource
kind source deprecated Disabled disabled NotFound not ready waiting for Waiting timeout request
requests https://kubernetes.default.svc lookup https http Access access denied via proxy server
Server Velero velero-server Checking for expired DeleteBackupRequests Removing PV snapshots gc
checksum config configuration credentials secret secrets service pods token name names object
objects role certificate cluster node status phase volume claim path file
"""
_LOWERED: Final = " ".join(ORDINARY.lower().split())


def ordinary(text: str) -> bool:
    """Return whether `text` may stand in any healthy log."""
    return text.lower() in _LOWERED or text.lower().strip() in _LOWERED


_COUNTED: Final = (2, 3, 4)
"""Characters at the end of a text whose frequency decides how often an engine looks closer."""


@cache
def _frequencies() -> Mapping[str, float]:
    counts = Counter(
        _LOWERED[at : at + length] for length in _COUNTED for at in range(len(_LOWERED) - length)
    )
    # The longer the end, the closer the look.
    return {end: count * len(end) / len(_LOWERED) for end, count in counts.items()}


def commonness(text: str) -> float:
    """Return how often the end of `text` stands in ordinary logs, roughly."""
    frequencies = _frequencies()
    lowered = text.lower()
    return round(sum(frequencies.get(lowered[-length:], 0.0) for length in _COUNTED), 4)


def abundance(text: str) -> float:
    """Return how often `text` itself stands in ordinary logs, roughly; 0: in none."""
    return _LOWERED.count(text.lower()) * commonness(text)
