"""Lines as Velero, its plug-ins, the node agents and the operator wrote them in the field."""

# ruff: noqa: E501

from __future__ import annotations

from tests.knowledge.field import crd
from tests.knowledge.field_restored import RESTORE, webhook
from tests.knowledge.incidents import NS, as_json, text


def restore_line(
    msg: str,
    level: str = "error",
    t: str = "2026-02-28T03:01:00Z",
    js: bool = False,
    restore: str = RESTORE,
    **fields: str,
) -> str:
    """Return a line of the restore's own log, as text or JSON."""
    fields.setdefault("logSource", "/remote-source/velero/app/pkg/restore/restore.go:1664")
    if restore:
        fields["restore"] = restore
    return (as_json if js else text)(msg, level, t, **fields)


def failed_item(
    item: str,
    error: str,
    *,
    ns: str = "shop",
    js: bool = False,
    t: str = "2026-02-28T03:01:00Z",
    restore: str = RESTORE,
) -> str:
    """Return the two lines that one failed item leaves."""
    name = item.rsplit("/", 1)[-1]
    return restore_line(
        f"error restoring {name}: {error}", js=js, t=t, restore=restore
    ) + restore_line(
        f"Namespace {ns}, resource restore error: error restoring {item}: {error}",
        js=js,
        t=t,
        restore=restore,
        logSource="/remote-source/velero/app/pkg/controller/restore_controller.go:614",
    )


COMPLETED = restore_line("restore completed", "info", "2026-02-28T03:05:00Z")
PLUGIN = {"cmd": "/plugins/velero-plugins", "pluginName": "velero-plugins"}


def mover_line(
    msg: str,
    name: str = "shop-r1-x7k2p",
    level: str = "error",
    t: str = "2026-02-28T03:10:20Z",
    js: bool = False,
    **fields: str,
) -> str:
    fields = {"controller": "datadownload", "datadownload": f"{NS}/{name}", **fields}
    return (as_json if js else text)(msg, level, t, **fields)


def hook_line(msg: str, level: str = "error", **fields: str) -> str:
    more = {"hookName": "<from-annotation>", "hookType": "exec", "hookPhase": "post"}
    return restore_line(msg, level, name="web-0", namespace="shop", **more, **fields)


def images_log(
    secret: str, backup: str = "shop-1", js: bool = False, t: str = "2026-02-28T02:01:00Z"
) -> str:
    """Return what the image stream plug-in leaves that does not find its secret."""
    line = as_json if js else text
    missing = f'errors getting registryenv: secrets "{secret}" not found'
    return line(
        f"[is-backup] Error getting UdistributionTransportForLocation: {missing}",
        "error",
        t,
        backup=f"{NS}/{backup}",
        **PLUGIN,
    ) + line(
        "Error backing up item",
        "error",
        t,
        backup=f"{NS}/{backup}",
        error=f"error executing custom action (groupResource=imagestreams.image.openshift.io, namespace=shop, name=nodejs-sample): rpc error: code = Unknown desc = {missing}",
        name="nodejs-sample",
    )


def crash_log(frame: str) -> str:
    """Return the end of the operator's log after it crashed in `frame`."""
    reason = "runtime error: invalid memory address or nil pointer dereference"
    return (
        "2026-02-28T23:40:00Z\tINFO\tsetup\tstarting manager\n"
        f"panic: {reason} [recovered]\n\tpanic: {reason}\n"
        "[signal SIGSEGV: segmentation violation code=0x1 addr=0x28 pc=0x1a2b3c4]\n\n"
        "goroutine 912 [running]:\n"
        "sigs.k8s.io/controller-runtime/pkg/internal/controller.(*Controller).Reconcile.func1()\n"
        "\t/remote-source/app/vendor/sigs.k8s.io/controller-runtime/controller.go:119 +0x1fa\n"
        f"{frame}\n\t/remote-source/app/pkg/credentials/credentials.go:301 +0x1a5\n"
    )


FRAME = "github.com/openshift/oadp-operator/pkg/credentials.AppendCloudProviderVolumes(0xc000a5a000, 0xc0001)"
KNATIVE_HOOK = "validation.webhook.serving.knative.dev"
NO_PARENT = f'admission webhook "{KNATIVE_HOOK}" denied the request: validation failed: missing field(s): metadata.labels.serving.knative.dev/service'
KNATIVE = [
    crd("services.serving.knative.dev"),
    webhook(KNATIVE_HOOK, conf=KNATIVE_HOOK, groups=("serving.knative.dev",)),
]
CONNECT_HOOK = "mutate.configuration.upsert.appconnect.ibm.com"
CONNECT_LOG = "".join(
    failed_item(
        f"configurations.appconnect.ibm.com/shop/{name}",
        f'admission webhook "{CONNECT_HOOK}" denied the request: version is not supported',
    )
    for name in ("demo-is-adminssl", "cp4i-ad.jks")
)
KYVERNO = """admission webhook "validate.kyverno.svc-fail" denied the request: \n\nresource Pod/shop/web-0 was blocked due to the following policies \n\nrequire-run-as-nonroot:\n  autogen-run-as-non-root: 'validation error: Running as root is not allowed.'\n"""
TERMINATING = "timed out waiting for terminating namespace shop to disappear before restoring"
POD_SECURITY = 'pods "mysql-869f9f44f6-tp5lv" is forbidden: violates PodSecurity "restricted:v1.24": privileged (container "mysql" must not set securityContext.privileged=true), allowPrivilegeEscalation != false (containers "restic-wait", "mysql" must set securityContext.allowPrivilegeEscalation=false)'
SECCOMP = 'pods "pod-94ed0996" is forbidden: unable to validate against any security context constraint: pod.metadata.annotations[container.seccomp.security.alpha.kubernetes.io/restore-wait]: Forbidden: seccomp may not be set'
OTHER_UIDS = 'pods "pg-0" is forbidden: unable to validate against any security context constraint: [provider "anyuid": Forbidden: not usable by user or serviceaccount, provider restricted-v2: .spec.securityContext.fsGroup: Invalid value: []int64{1000680000}: 1000680000 is not an allowed group, provider restricted-v2: .containers[0].runAsUser: Invalid value: 1000680000: must be in the ranges: [1000750000, 1000759999]]'


def knative_log(js: bool = False) -> str:
    children = (
        "revisions.serving.knative.dev/shop/hello-1",
        "routes.serving.knative.dev/shop/hello",
    )
    return "".join(failed_item(each, NO_PARENT, js=js) for each in children) + COMPLETED
