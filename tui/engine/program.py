"""Finds the program that commands run with: `oc`, else `kubectl`, else the built-in stand-in."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from knowledge.text import Text


@dataclass(frozen=True, slots=True)
class Program:
    """A program that takes the arguments of `oc`."""

    name: str
    """`oc`, `kubectl`, or `stand-in`."""
    prefix: tuple[str, ...]
    """What stands before the verb and the pinned flags in every command line."""

    @property
    def path(self) -> str:
        """Return the path of the executable."""
        return self.prefix[0]


def find_program(explicit: str | None, practice: bool) -> Program | Text:
    """Return the program to run commands with, or what to do about there being none.

    Args:
        explicit: what `--oc` gave: a path or a name.
        practice: True for the practice cluster, where a built-in stand-in helps out.
    """
    if explicit:
        found = shutil.which(Path(explicit).expanduser())
        if found is None:
            return Text(
                en=f"{explicit} is not an executable file. Give the path of `oc` with --oc.",
                ja=f"{explicit} は実行できるファイルではありません。--oc で `oc` のパスを"
                "指定してください。",
            )
        return Program(_name(found), (str(Path(found).absolute()),))
    for name in ("oc", "kubectl"):
        found = shutil.which(name)
        if found is not None:
            return Program(name, (str(Path(found).absolute()),))
    if practice:
        return Program("stand-in", (sys.executable, "-m", "tui.practice.oc"))
    return Text(
        en="Neither `oc` nor `kubectl` is on the PATH: commands can be copied, but not run. "
        "Install `oc`, or give its path with --oc.",
        ja="`oc` も `kubectl` も PATH にありません。コマンドはコピーできますが、実行できません。"
        "`oc` をインストールするか、--oc でパスを指定してください。",
    )


def _name(path: str) -> str:
    stem = Path(path).name.lower()
    return "kubectl" if stem.startswith("kubectl") else "oc"
