"""The texts of small questions, in both languages as knowledge texts are."""

from __future__ import annotations

from typing import Final

from knowledge.text import Text

STOP_CHANGE: Final = (
    Text(en="Stop the running change?", ja="実行中の変更を停止しますか？"),
    Text(
        en="What it has done by then is not known: the step is marked as such, and you should"
        " check before repeating it.",
        ja="停止するまでに何が行われたかは不明になります。ステップは「結果不明」となるため、"
        "再実行する前に確認してください。",
    ),
    Text(en="Stop it", ja="停止"),
    Text(en="Let it run", ja="続行"),
)
LEAVE_RUNBOOK: Final = (
    Text(en="A command is running. Leave all the same?", ja="コマンドを実行中です。終了しますか？"),
    Text(
        en="It is stopped. If it changes something, its outcome is not known.",
        ja="コマンドは停止されます。変更を行うコマンドの場合、結果は不明になります。",
    ),
    Text(en="Leave", ja="終了"),
    Text(en="Stay", ja="戻る"),
)
NOTE: Final = Text(en="Note for the record", ja="記録に残すメモ")
