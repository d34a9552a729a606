"""What an answer other than 200 means, and what it says to a person."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from knowledge.redact import redact
from knowledge.text import Text


class Meaning(StrEnum):
    """What to do about an answer."""

    ABSENT = "absent"
    """The resource is not installed."""
    LOGIN = "login"
    """The credentials are not accepted."""
    FORBIDDEN = "forbidden"
    """No permission; right after the start of a server it may be granted a moment later."""
    EXPIRED = "expired"
    """The version or the list token is too old: list anew."""
    BUSY = "busy"
    """Try again later."""
    WRONG = "wrong"
    """The request is not accepted; trying again does not help."""


class Answered(Protocol):
    """The parts of an answer that matter here."""

    @property
    def status(self) -> int:
        """Return the HTTP status."""

    @property
    def reason(self) -> str:
        """Return the server's message."""


def meaning(status: int) -> Meaning:
    """Return what HTTP `status` (or the code of a Status object) means."""
    known = {
        401: Meaning.LOGIN,
        403: Meaning.FORBIDDEN,
        404: Meaning.ABSENT,
        410: Meaning.EXPIRED,
        429: Meaning.BUSY,
    }
    return known.get(status, Meaning.BUSY if status >= 500 else Meaning.WRONG)


def why(answer: Answered, permission: str) -> Text:
    """Return one sentence for an answer that refuses; `permission` as in `list pods`."""
    said = redact(answer.reason)
    match meaning(answer.status):
        case Meaning.FORBIDDEN:
            return Text(
                en=f"forbidden: the permission `{permission}` is missing",
                ja=f"権限がありません: `{permission}` の権限が必要です",
            )
        case Meaning.LOGIN:
            return LOGIN_AGAIN
        case Meaning.BUSY:
            return Text(
                en=f"the server is busy or failing (HTTP {answer.status}): {said}",
                ja=f"サーバーが混雑しているか、エラーを返しています (HTTP {answer.status}): {said}",
            )
        case _:
            return Text(
                en=f"the server refused (HTTP {answer.status}): {said}",
                ja=f"サーバーが拒否しました (HTTP {answer.status}): {said}",
            )


LOGIN_AGAIN = Text(
    en="The server does not accept the login (401): the token is expired or wrong. "
    "Run `oc login` again.",
    ja="サーバーがログインを受け付けません (401)。トークンの期限切れか誤りです。"
    "`oc login` を再度実行してください。",
)
"""For a token that is expired or wrong."""
NO_KUBERNETES = Text(
    en="the server does not know (404) what each Kubernetes API has: check the server's address "
    "in the kubeconfig",
    ja="どの Kubernetes API にもあるリソースをサーバーが認識しません (404)。"
    "kubeconfig のサーバーのアドレスを確認してください",
)
