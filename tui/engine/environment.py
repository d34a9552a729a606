"""The environment that commands run in: what `oc` needs to log in, and nothing that steers it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tui.engine.target import Target

_PASSED_ON: Final = (
    "PATH", "HOME", "USER", "LOGNAME", "KUBECONFIG", "KUBECACHEDIR", "TMPDIR", "TEMP", "TMP",
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY",
    "http_proxy", "https_proxy", "no_proxy", "all_proxy",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "GODEBUG", "KRB5CCNAME", "KRB5_CONFIG", "XDG_RUNTIME_DIR",
    "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT",
    "SYSTEMROOT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "PATHEXT", "COMSPEC",
)  # fmt: skip
_PASSED_ON_LIKE: Final = ("AWS_", "AZURE_", "GOOGLE_", "CLOUDSDK_", "IBMCLOUD_")
"""What log-in plug-ins of a kubeconfig read."""


_OUR_PACKAGES: Final = {
    # Never a folder that happens to be the current one. Real programs must not see this: their
    # log-in plug-ins may be written in Python, and would load our libraries instead of theirs.
    "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    "PYTHONSAFEPATH": "1",
    "PYTHONUTF8": "1",
}


def environment(
    source: Mapping[str, str] | None = None, *, stand_in: bool = False
) -> dict[str, str]:
    """Return the environment for commands: what `oc` needs to log in, and nothing that steers it.

    Args:
        source: the environment to choose from; default: that of this process.
        stand_in: whether the command is our own stand-in for `oc`.
    """
    given = os.environ if source is None else source
    chosen = {
        name: value
        for name, value in given.items()
        if name in _PASSED_ON or name.startswith(_PASSED_ON_LIKE)
    }
    return chosen | {
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        # Defaults of flags and aliases from a file would make the command another one.
        "KUBECTL_KUBERC": "false",
        "KUBERC": "off",
        **(_OUR_PACKAGES if stand_in else {}),
    }


def of_target(target: Target) -> dict[str, str]:
    """Return the environment for commands to `target`.

    Nothing of a practice cluster outlives it.
    """
    made = environment(stand_in=target.prefix[1:2] == ("-m",))
    if target.practice:
        made["KUBECACHEDIR"] = str(Path(target.kubeconfig).parent / "cache")
    return made
