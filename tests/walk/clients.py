"""The clients that procedures are walked with: the stand-in, and kubectl where there is one."""

import os
import shutil

import pytest

KUBECTL = os.environ.get("OADP_DOCTOR_KUBECTL") or shutil.which("kubectl") or ""
CLIENTS = [
    pytest.param("", id="stand-in"),
    pytest.param(
        KUBECTL,
        id="kubectl",
        marks=pytest.mark.skipif(not KUBECTL, reason="no kubectl on PATH"),
    ),
]
