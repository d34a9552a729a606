"""How much of an archive is read at most: nothing that somebody uploads may fill memory or time."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from knowledge.text import Text

_GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one reading; sizes in bytes, after decompression where there is one."""

    total: int = 200 * _GIB
    entries: int = 2_000_000
    depth: int = 3
    """Archives within archives."""
    ratio: int = 400
    """Times that a compressed stream may grow; logs seldom grow more than 30 times."""
    ratio_from: int = _GIB // 2
    """Below this size a stream may grow as it likes: one line repeated grows a thousand times."""
    object: int = 16 << 20
    """One object."""
    file: int = 64 << 20
    """A file of objects that cannot be taken apart at its items."""
    zip: int = 48 << 20
    """A zip within an archive: it is held in memory."""
    objects: int = 300_000
    """Objects that are kept."""
    object_bytes: int = _GIB
    """Of all files of objects together: they are held in memory."""
    logs: int = 5_000
    """Logs that are read; as many as of a cluster."""


class Enough(Exception):
    """A limit is reached: nothing more of the archive is read; what was read is used."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


class Stopped(Exception):
    """The source was told to stop."""


class Budget:
    """What is left of the limits; every byte and entry that is read goes through it."""

    def __init__(self, limits: Limits, stop: threading.Event) -> None:
        self.limits = limits
        self.bytes = 0
        self.entries = 0
        self.objects = 0
        self.object_bytes = 0
        self._stop = stop

    def check(self) -> None:
        """Raise if the source was told to stop.

        Raises:
            Stopped: it was.
        """
        if self._stop.is_set():
            raise Stopped

    def spend(self, size: int) -> None:
        """Note `size` bytes of content.

        Raises:
            Enough: it is more than the total.
            Stopped: the source was told to stop.
        """
        self.check()
        self.bytes += size
        if self.bytes > self.limits.total:
            gib = self.limits.total / _GIB
            raise Enough(
                Text(
                    en=f"it holds more than {gib:.3g} GiB; only what comes before that was read",
                    ja=f"内容が {gib:.3g} GiB を超えるため、そこまでの部分だけを読み取りました",
                )
            )

    def enter(self) -> None:
        """Note one more file.

        Raises:
            Enough: there are too many.
            Stopped: the source was told to stop.
        """
        self.check()
        self.entries += 1
        if self.entries > self.limits.entries:
            raise Enough(
                Text(
                    en=f"it holds more than {self.limits.entries} files; "
                    "only those before that were read",
                    ja=f"ファイルが {self.limits.entries} 個を超えるため、"
                    "そこまでの部分だけを読み取りました",
                )
            )

    def kept(self, objects: int, size: int) -> None:
        """Note `objects` that are kept, and `size` bytes that they were read from.

        Raises:
            Enough: it is more than memory should hold.
        """
        self.objects += objects
        self.object_bytes += size
        if self.objects > self.limits.objects or self.object_bytes > self.limits.object_bytes:
            gib = self.limits.object_bytes / _GIB
            raise Enough(
                Text(
                    en=f"it holds more than {self.limits.objects} objects or "
                    f"{gib:.3g} GiB of them; only those before that were read",
                    ja=f"オブジェクトが {self.limits.objects} 件または {gib:.3g} GiB を超えるため、"
                    "そこまでの部分だけを読み取りました",
                )
            )

    def grown(self, compressed: int, size: int) -> None:
        """Compare a stream before and after decompression, in bytes.

        Raises:
            Enough: it grows as only an archive grows that is made to do harm.
        """
        if size > self.limits.ratio_from and size > compressed * self.limits.ratio:
            raise Enough(
                Text(
                    en=f"it grows more than {self.limits.ratio} times when decompressed, "
                    "as archives do that are made to fill a disk; reading ended there",
                    ja=f"展開すると {self.limits.ratio} 倍以上になる、ディスクを溢れさせるための"
                    "アーカイブの可能性があるため、そこで読み取りを中止しました",
                )
            )
