"""Knowledge files as data: YAML takes far longer to read than all else, so it is kept."""

from __future__ import annotations

import contextlib
import hashlib
from typing import Any, Final

import msgspec

from knowledge import yaml_file
from knowledge.kept import Kept

_NAME: Final = "knowledge-1"
_STALE: Final = 4
"""Times as many files as are used are remembered: other folders may be used the next time."""
_pack: Final = msgspec.msgpack.Encoder().encode
_unpack: Final = msgspec.msgpack.Decoder(dict[str, bytes]).decode
_unpack_any: Final = msgspec.msgpack.Decoder().decode


class Parsed:
    """The content of knowledge files by their text."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._known: dict[str, bytes] = {}
        self._used: dict[str, bytes] = {}
        data = kept.read(_NAME)
        if data is not None:
            with contextlib.suppress(msgspec.DecodeError):
                self._known = _unpack(data)

    def load(self, text: str) -> Any:
        """Return the document in `text`.

        Raises:
            BadFile: as `yaml_file.load`.
        """
        digest = hashlib.sha256(text.encode()).hexdigest()
        data = self._known.get(digest)
        if data is not None:
            self._used[digest] = data
            return _unpack_any(data)
        found = yaml_file.load(text)
        # Not everything that YAML can say can be kept.
        with contextlib.suppress(TypeError, ValueError, OverflowError, RecursionError):
            data = _pack(found)
            if _unpack_any(data) == found:
                self._used[digest] = data
        return found

    def keep(self) -> None:
        """Keep what was loaded, for the next time."""
        if self._used.keys() <= self._known.keys():
            return
        others = {key: data for key, data in self._known.items() if key not in self._used}
        if len(others) > _STALE * len(self._used):
            others = {}
        self._kept.write(_NAME, _pack({**others, **self._used}))
