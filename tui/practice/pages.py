"""The tokens by which a client asks for the next page of a list."""

from __future__ import annotations

import base64

import msgspec

from tui.practice import errors


def token_for(version: int, start: str) -> str:
    """Makes the token of the page after a key; -1 stands for the list as it is then."""
    body = {"v": "meta.k8s.io/v1", "rv": version, "start": f"{start}\0"}
    return base64.urlsafe_b64encode(msgspec.json.encode(body)).decode().rstrip("=")


def read_token(token: str) -> tuple[int, str]:
    """Reads a token: the version of the list and the key to go on after.

    Raises:
        ApiError: 400 if it is none.
    """
    try:
        padded = token + "=" * (-len(token) % 4)
        body = msgspec.json.decode(base64.urlsafe_b64decode(padded))
        return int(body["rv"]), str(body["start"])
    except (ValueError, KeyError, TypeError, msgspec.DecodeError) as error:
        raise errors.bad_request(
            f"invalid continue token: continue key is not valid: {error}"
        ) from error
