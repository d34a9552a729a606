"""`practice`: the practice cluster for other tools."""

from __future__ import annotations

import argparse
import threading
from pathlib import Path

from knowledge.text import Text
from tui.cli.exits import Exit
from tui.cli.words import complain, line
from tui.engine.launch import Launch
from tui.practice import (
    BadScenario,
    PracticeCluster,
    UnknownScenario,
    list_scenarios,
    load_scenario,
)

_DEFAULT_FILE = "practice-kubeconfig"


def practice(options: argparse.Namespace, launch: Launch) -> int:
    """List the scenarios, or serve one until Ctrl-C; return the exit code."""
    if options.verb == "list":
        scenarios = list_scenarios()
        width = max((len(each.id) for each in scenarios), default=0)
        for each in scenarios:
            title = each.title.get(launch.language) or each.title.get("en", "")
            print(f"{each.id:{width}}  {line(title)}")
        return Exit.NOTHING
    return _serve(options, launch)


def _serve(options: argparse.Namespace, launch: Launch) -> int:
    try:
        cluster = PracticeCluster(load_scenario(options.scenario), port=options.port)
    except (UnknownScenario, BadScenario) as error:
        complain(_no_scenario(options.scenario, error), launch.language)
        return Exit.USAGE
    try:
        cluster.start()
    except (OSError, TimeoutError) as error:
        complain(
            Text(
                en=f"The practice cluster could not be started: {error}",
                ja=f"練習用クラスターを起動できませんでした: {error}",
            ),
            launch.language,
        )
        return Exit.USAGE
    try:
        path = Path(options.write_to or _DEFAULT_FILE).absolute()
        try:
            cluster.write_kubeconfig(path)
        except OSError as error:
            why = error.strerror or str(error)
            complain(
                Text(en=f"{path} cannot be written: {why}", ja=f"{path} に書き込めません: {why}"),
                launch.language,
            )
            return Exit.USAGE
        print(
            Text(
                en=f"Practice cluster {options.scenario!r} at {cluster.address}. Ctrl-C ends it.\n"
                f"  oc --kubeconfig {path} get backups.velero.io -A",
                ja=f"練習用クラスター {options.scenario!r}: {cluster.address}。"
                "Ctrl-C で終了します。\n"
                f"  oc --kubeconfig {path} get backups.velero.io -A",
            ).to(launch.language),
            flush=True,
        )
        _wait()
    finally:
        cluster.stop()
    return Exit.NOTHING


def _no_scenario(id: str, error: Exception) -> Text:
    if isinstance(error, BadScenario):
        return Text(en=str(error), ja=str(error))
    return Text(
        en=f"There is no practice scenario {id!r}. `oadp-doctor practice list` shows all.",
        ja=f"練習用シナリオ {id!r} はありません。"
        "`oadp-doctor practice list` で一覧を表示できます。",
    )


def _wait() -> None:
    """Wait for Ctrl-C, which ends this command as it should."""
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return
