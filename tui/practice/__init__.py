"""The practice cluster: a loopback Kubernetes API with OADP scenarios to learn on.

    from tui.practice import PracticeCluster, load_scenario

    with PracticeCluster(load_scenario("healthy")) as cluster:
        cluster.write_kubeconfig(path)          # context `practice`, user `practice-admin`

`list_scenarios` names what there is; `UnknownScenario` is raised for anything else. The stand-in
for `oc` runs as `python -m tui.practice.oc`. Names are imported when first used, so that naming
this package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tui.practice.cluster import PracticeCluster
    from tui.practice.scenario import (
        BadScenario,
        Scenario,
        ScenarioInfo,
        UnknownScenario,
        list_scenarios,
        load_scenario,
    )

__all__ = [
    "BadScenario",
    "PracticeCluster",
    "Scenario",
    "ScenarioInfo",
    "UnknownScenario",
    "list_scenarios",
    "load_scenario",
]


def __getattr__(name: str) -> Any:
    """Imports a public name when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module = "cluster" if name == "PracticeCluster" else "scenario"
    return getattr(import_module(f"{__name__}.{module}"), name)
