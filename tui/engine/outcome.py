"""What the end of a command means for its step."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from knowledge import pattern
from knowledge.model import Expect, Step, StepKind
from knowledge.text import Text
from tui.engine.ports import Ending, Exited


class StepState(StrEnum):
    """How far a step is."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    UNEXPECTED = "unexpected"
    """It ended, but not as the step expects."""
    FAILED = "failed"
    SKIPPED = "skipped"
    """By a person."""
    NOT_NEEDED = "not-needed"
    DRY_RUN = "dry-run"
    """Gone through without changing anything."""
    UNKNOWN = "unknown"
    """A change was cut off: nobody knows whether it took effect."""


_AFTER_SENDING: Final = (
    r"(?i)\bEOF\b|connection reset|i/o timeout|context deadline exceeded|request timed out"
    r"|unexpected error when reading response|http2: |gateway time-?out|\(Timeout\)"
)
"""Errors that leave open whether the server carried a change out."""
_BEFORE_SENDING: Final = (
    r"(?i)connection refused|no such host|certificate|unauthorized|forbidden|dial tcp"
    r"|TLS handshake"
)


def of_command(
    step: Step, exited: Exited, output: str, *, changes: bool = False
) -> tuple[StepState, Text | None]:
    """Return the state of `step` after its command ended, and what to say about it.

    Args:
        step: the step that ran.
        exited: how the command ended.
        output: what it wrote, redacted.
        changes: whether the command changes something, whatever the step calls itself.
    """
    if exited.ending is Ending.MISSING:
        return StepState.FAILED, Text(
            en=f"The command could not be started: {exited.message}",
            ja=f"コマンドを起動できませんでした: {exited.message}",
        )
    change = changes or step.kind is StepKind.CHANGE
    if exited.ending is not Ending.EXIT or exited.code is None or exited.code < 0:
        return (StepState.UNKNOWN, CUT_OFF) if change else (StepState.FAILED, _late(exited))
    if change and exited.code != 0:
        if _found(_AFTER_SENDING, output) and not _found(_BEFORE_SENDING, output):
            return StepState.UNKNOWN, CUT_OFF
        return StepState.FAILED, _exit_code(exited.code)
    expect = step.expect or Expect()
    problem = _problem(expect, exited.code, output)
    if problem is None:
        return StepState.DONE, expect.good
    return StepState.UNEXPECTED, expect.bad or problem


CUT_OFF: Final = Text(
    en="The change was cut off, so nobody knows whether it took effect. Look at the object before "
    "you run it again.",
    ja="変更が途中で終了したため、反映されたかどうかは不明です。もう一度実行する前に、"
    "オブジェクトを確認してください。",
)


def _late(exited: Exited) -> Text:
    if exited.ending is Ending.TIMEOUT:
        return Text(
            en=f"No answer within {exited.seconds:.0f} s. Check the connection, then run it again.",
            ja=f"{exited.seconds:.0f} 秒以内に応答がありませんでした。接続を確認してから、"
            "もう一度実行してください。",
        )
    return Text(en="It was stopped.", ja="中止しました。")


def _problem(expect: Expect, code: int, output: str) -> Text | None:
    if expect.exit is not None and code != expect.exit:
        return _exit_code(code)
    try:
        if expect.output and not _found(expect.output, output):
            return Text(
                en=f"The output does not show what was expected: {expect.output}",
                ja=f"出力が期待どおりではありません: {expect.output}",
            )
        if expect.absent and _found(expect.absent, output):
            return Text(
                en=f"The output shows what should not be there: {expect.absent}",
                ja=f"出力にあってはならない内容があります: {expect.absent}",
            )
    except pattern.BadPattern as problem:
        return Text(
            en=f"The expectation of this step is broken: {problem}",
            ja=f"このステップの期待値に誤りがあります: {problem}",
        )
    return None


def _found(source: str, output: str) -> bool:
    return pattern.compiled(source).search(output) is not None


def _exit_code(code: int) -> Text:
    return Text(
        en=f"The command ended with exit code {code}; its output says why.",
        ja=f"コマンドは終了コード {code} で終了しました。理由は出力に示されています。",
    )
