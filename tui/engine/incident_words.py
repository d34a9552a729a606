"""Words of incident records, in both languages."""

from __future__ import annotations

from typing import Final

from knowledge.text import Language, Text

WORDS: Final = {
    "record": Text(en="Incident record", ja="インシデント記録"),
    "practice": Text(
        en="PRACTICE: this was not a real cluster", ja="練習: 実際のクラスターではありません"
    ),
    "dry-run": Text(
        en="DRY RUN: nothing was changed on the cluster",
        ja="ドライラン: クラスターは変更していません",
    ),
    "walkthrough": Text(
        en="WALKTHROUGH: nothing ran on any cluster",
        ja="ウォークスルー: どのクラスターでも何も実行していません",
    ),
    "imported": Text(
        en="Brought here from another machine; its events are as they were handed over",
        ja="別のマシンから取り込んだ記録です。イベントは受け取ったままの内容です",
    ),
    "summary": Text(en="Summary", ja="概要"),
    "started": Text(en="Start", ja="開始"),
    "ended": Text(en="End", ja="終了"),
    "duration": Text(en="Duration", ja="所要時間"),
    "session": Text(en="Session", ja="セッション"),
    "issue": Text(en="Known issue", ja="既知の問題"),
    "cause": Text(en="Cause", ja="原因"),
    "verdict": Text(en="Verdict", ja="判定"),
    "operator": Text(en="Carried out by", ja="実施者"),
    "cluster": Text(en="Cluster", ja="クラスター"),
    "context": Text(en="Context", ja="コンテキスト"),
    "user": Text(en="Cluster user", ja="クラスターのユーザー"),
    "namespace": Text(en="Namespace", ja="Namespace"),
    "versions": Text(en="Versions", ja="バージョン"),
    "seen": Text(en="What was seen", ja="確認された事象"),
    "evidence": Text(en="Evidence", ja="根拠"),
    "missing": Text(en="Not proven", ja="未確認の点"),
    "others": Text(en="All findings at the start", ja="開始時の検出結果"),
    "steps": Text(en="What was done", ja="実施内容"),
    "none": Text(en="none", ja="なし"),
    "confirmed": Text(en="Confirmed before it ran", ja="実行前に確認済み"),
    "confirmed-by": Text(en="Confirmed before it ran by", ja="実行前の確認者"),
    "confirmed-elsewhere": Text(
        en="Confirmed before it ran, where it was recorded", ja="記録元のマシンで実行前に確認済み"
    ),
    "unconfirmed": Text(en="No confirmation is recorded", ja="確認の記録がありません"),
    "unknown": Text(
        en="UNKNOWN: it was cut off; check whether it took effect",
        ja="不明: 途中で終了しました。反映されたかどうかを確認してください",
    ),
    "was-unknown": Text(en="It was cut off; settled later", ja="途中で終了し、後で確定しました"),
    "code": Text(en="Exit code", ja="終了コード"),
    "signal": Text(en="Ended by the signal", ja="終了させたシグナル"),
    "cannot-start": Text(en="It could not be started", ja="起動できませんでした"),
    "ending": Text(en="Ended", ja="終了の理由"),
    "state": Text(en="Step", ja="ステップ"),
    "output": Text(en="Output", ja="出力"),
    "difference": Text(en="What changed", ja="変更内容"),
    "undo": Text(en="To undo", ja="元に戻す方法"),
    "saved": Text(en="The object before the change", ja="変更前のオブジェクト"),
    "omitted": Text(en="lines left out", ja="行を省略"),
    "way-back": Text(en="How to take the changes back", ja="変更を元に戻す方法"),
    "way-back-order": Text(
        en="Changes that are still in effect, the last one first. Look at each object before.",
        ja="現在も有効な変更を新しい順に示します。実行前に各オブジェクトを確認してください。",
    ),
    "no-way-back": Text(en="It cannot be undone by a command", ja="コマンドでは元に戻せません"),
    "check-first": Text(
        en="Check these first: nobody knows whether they took effect",
        ja="最初に確認してください: 反映されたかどうかが不明な変更です",
    ),
    "at-end": Text(en="Findings at the end", ja="終了時の検出結果"),
    "not-recorded": Text(en="The record does not say.", ja="記録にありません。"),
    "about": Text(en="About this record", ja="この記録について"),
    "broken": Text(en="damaged lines in the record", ja="行が破損しています"),
    "unclosed": Text(
        en="The program ended before the session was closed.",
        ja="セッションを閉じる前にプログラムが終了しました。",
    ),
    "redacted": Text(
        en="Secrets were taken out; times are UTC, then the local time of who did it.",
        ja="シークレットは除去済みです。時刻は UTC、続いて実施者の現地時刻です。",
    ),
}
OUTCOMES: Final = {
    "gone": Text(en="The finding is gone.", ja="検出結果は解消しました。"),
    "still-there": Text(
        en="Not solved: the finding was still there at the end.",
        ja="未解決: 終了時にも検出結果が残っていました。",
    ),
    "unknown": Text(
        en="It is not known whether the finding is gone: what was found at the end is not recorded "
        "or could not be read in full.",
        ja="検出結果が解消したかどうかは不明です。終了時の検出結果が記録されていないか、"
        "すべてを読み取れませんでした。",
    ),
    "no-finding": Text(
        en="It was not begun because of a finding, so there is none to compare with.",
        ja="検出結果に基づく作業ではないため、比較の対象はありません。",
    ),
    "nothing-changed": Text(
        en="It was gone through without changing anything.", ja="何も変更せずに手順を確認しました。"
    ),
}
COUNTS: Final = {
    "changes": Text(en="Changes carried out: ${count}", ja="実施した変更: ${count} 件"),
    "taken_back": Text(en="taken back: ${count}", ja="元に戻した変更: ${count} 件"),
    "unknown": Text(en="of UNKNOWN outcome: ${count}", ja="結果が不明な変更: ${count} 件"),
    "failed": Text(en="failed commands: ${count}", ja="失敗したコマンド: ${count} 件"),
}
EVENTS: Final = {
    "input": Text(en="Value entered", ja="値の入力"),
    "chosen": Text(en="Chosen", ja="選択"),
    "ticked": Text(en="Done by hand", ja="手動で完了"),
    "skipped": Text(en="Skipped", ja="スキップ"),
    "note": Text(en="Note", ja="メモ"),
    "waited": Text(en="Waited", ja="待機"),
    "settled": Text(en="Unknown outcome settled", ja="不明だった結果の確定"),
    "revealed": Text(
        en="The value of a secret was shown on the screen (it is not recorded)",
        ja="シークレットの値を画面に表示（値は記録していません）",
    ),
    "continued": Text(en="Gone on with", ja="再開"),
    "imported": Text(en="Brought here from", ja="取り込み元"),
    "closed": Text(en="Closed", ja="終了"),
}
STATES: Final = {
    "pending": Text(en="to do", ja="未実行"),
    "running": Text(en="running", ja="実行中"),
    "done": Text(en="done", ja="完了"),
    "unexpected": Text(en="not as expected", ja="想定外"),
    "failed": Text(en="failed", ja="失敗"),
    "skipped": Text(en="skipped", ja="スキップ"),
    "not-needed": Text(en="not needed", ja="不要"),
    "dry-run": Text(en="dry run", ja="ドライラン"),
    "unknown": Text(en="outcome unknown", ja="結果不明"),
}
ENDINGS: Final = {
    "timeout": Text(en="the time limit was reached", ja="制限時間に達しました"),
    "cancelled": Text(en="stopped by hand", ja="手動で中止しました"),
}
RISKS: Final = {
    "read": Text(en="reads only", ja="読み取りのみ"),
    "change": Text(en="changes the cluster", ja="クラスターを変更"),
    "disruptive": Text(en="disruptive", ja="中断を伴う"),
    "destructive": Text(en="destructive", ja="破壊的"),
}
PURPOSES: Final = {
    "undo": Text(en="undo", ja="元に戻す"),
    "preview": Text(en="preview, nothing is changed", ja="プレビュー（変更なし）"),
}
VERDICTS: Final = {
    "confirmed": Text(en="confirmed", ja="確定"),
    "likely": Text(en="likely", ja="可能性あり"),
    "benign": Text(en="benign", ja="無害"),
}


def word(name: str, language: Language) -> str:
    """Return one of `WORDS`."""
    return WORDS[name].to(language)


def duration(seconds: float, language: Language) -> str:
    """Return a time span in words, as exact as it matters."""
    if seconds < 10:
        return f"{seconds:.1f} s" if language == "en" else f"{seconds:.1f} 秒"
    whole = min(round(seconds), 10**9)
    units = (
        (whole // 3600, Text(en="h", ja="時間")),
        (whole % 3600 // 60, Text(en="min", ja="分")),
        (whole % 60, Text(en="s", ja="秒")),
    )
    return " ".join(f"{count} {unit.to(language)}" for count, unit in units if count)
