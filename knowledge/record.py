"""Log lines as records: logrus text and JSON, zap console, klog; prefixes of `oc` removed.

Field values are unescaped, so that signatures are written against what a person reads
(domain: Velero's logrus formatter quotes with Go's %q; the operator logs through zap).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import msgspec

LONGEST: Final = 64 * 1024
"""Characters of a line that are looked at; image stream dumps reach 100 KB."""

_PREFIX: Final = re.compile(
    r"^(?:\[(?:pod/)?[^\]\s]{1,300}\] )?"
    # The first digits of the time stamp may have been lost in a copy.
    r"(?:(?P<stamp>\d{1,4}-\d\d-\d\dT[\d:.]{5,24}(?:Z|[+-]\d\d:\d\d)) )?"
    # The container runtime's own files.
    r"(?:(?:stdout|stderr) [FP] )?"
)
_WITHIN: Final = 400
"""Characters before a record that something else may have put there (grep, stern, a ticket)."""
_START: Final = re.compile(
    r"(?:^|(?<=[\s:>|\]]))(?:time=\"?\d{4}-|level=[a-z]+ msg=|\{\""
    r"|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)\t[A-Z]+\t)"
)
_INSIDE: Final = re.compile(r'(?:^|\s)(?:msg|error)="')
"""What is left of a text line whose beginning is lost."""
_PAIR: Final = re.compile(
    r'(?P<key>[A-Za-z_][\w.\-]*(?: name)?)=(?:"(?P<quoted>[^"\\]*(?:\\.[^"\\]*)*)"?|(?P<bare>\S*))'
)
_ZAP: Final = re.compile(
    r"^(?P<time>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)|\d\.\d+e\+\d\d|\d{10}\.\d+)"
    r"\t(?P<level>DEBUG|INFO|WARN|ERROR|DPANIC|PANIC|FATAL)\t(?P<rest>.*)$"
)
_KLOG: Final = re.compile(
    r"^(?P<level>[IWEF])(?P<time>\d{4} \d\d:\d\d:\d\d\.\d+)\s+\d+ "
    r"(?P<at>[\w./-]+:\d+)\] (?P<message>.*)$"
)
_KLOG_LEVELS: Final = {"I": "info", "W": "warning", "E": "error", "F": "fatal"}
_GO_ESCAPE: Final = re.compile(
    r"\\(?:([abfnrtv\\'\"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))"
)
_SIMPLE: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ENVELOPES: Final = ("message", "log", "line", "MESSAGE")
_QUOTES: Final = re.compile("[\u201c\u201d\u201e]|&quot;|&#34;")
"""What word processors, chats and pages make of quotation marks."""
_decode = msgspec.json.Decoder(dict).decode


@dataclass(frozen=True, slots=True)
class Record:
    """One log line, taken apart."""

    level: str
    """Lower case; `warn` is `warning`; empty where the line has none."""
    time: str
    """RFC 3339 where the line or its prefix has such a time; else empty."""
    fields: Mapping[str, str]
    """Unescaped values by key; `msg` always, `error` whichever key the formatter uses."""
    structured: bool
    """False for lines of no known format (stack traces, panics); `msg` is the line then."""


def unquote(text: str) -> str:
    """Return `text` with Go's %q escapes resolved."""
    if "\\" not in text:
        return text
    return _GO_ESCAPE.sub(_unescape, text)


def _unescape(match: re.Match[str]) -> str:
    simple, *codes = match.groups()
    if simple is not None:
        return _SIMPLE.get(simple, simple)
    code = int(next(code for code in codes if code is not None), 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else "\ufffd"


def parse(line: str) -> Record:
    """Return `line` as a record. Never fails: what fits no format is a record of itself."""
    line = line[:LONGEST].rstrip("\r\n").removeprefix("\ufeff")
    prefix = _PREFIX.match(line)
    stamp = (prefix["stamp"] or "") if prefix else ""
    if prefix and stamp and prefix.end() == 0:
        stamp = ""
    body = line[prefix.end() :] if prefix else line
    record = _known(body, stamp)
    if record is not None:
        return record
    if zap := _ZAP.match(line):
        return _zap(zap, stamp)
    if start := _START.search(body, 0, _WITHIN):
        record = _known(body[start.start() :], stamp, body[: start.start()])
        if record is not None:
            return record
    if _INSIDE.search(body):
        return _logfmt(body, stamp)
    text = _QUOTES.sub('"', unquote(body) if '\\"' in body else body)
    return Record("", stamp, MappingProxyType({"msg": text}), False)


def _known(body: str, stamp: str, before: str = "") -> Record | None:
    """Return `body` as a record of a known format that begins right there."""
    if body.startswith("{"):
        return _json(body, stamp, before)
    if body.startswith(("time=", "level=")):
        return _logfmt(body, stamp)
    if zap := _ZAP.match(body):
        return _zap(zap, stamp)
    if klog := _KLOG.match(body):
        fields = {"msg": klog["message"], "logSource": klog["at"]}
        return Record(_KLOG_LEVELS[klog["level"]], stamp, MappingProxyType(fields), True)
    return None


def _level(text: str) -> str:
    lowered = text.lower()
    return {"warn": "warning", "dpanic": "panic"}.get(lowered, lowered)


def _record(fields: dict[str, str], stamp: str) -> Record:
    if "error" not in fields and "error.message" in fields:
        fields["error"] = fields["error.message"]
    fields.setdefault("msg", "")
    return Record(
        _level(fields.get("level", "")),
        fields.get("time", "") or stamp,
        MappingProxyType(fields),
        True,
    )


def _logfmt(body: str, stamp: str) -> Record:
    fields: dict[str, str] = {}
    for pair in _PAIR.finditer(body):
        quoted = pair["quoted"]
        fields.setdefault(pair["key"], unquote(quoted) if quoted is not None else pair["bare"])
    return _record(fields, stamp)


def _json(body: str, stamp: str, before: str = "") -> Record | None:
    try:
        decoded = _decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    fields = {
        str(key): value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for key, value in decoded.items()
    }
    if "msg" not in fields and not before:
        # A log collector's envelope around the line.
        inner = next((decoded[key] for key in _ENVELOPES if isinstance(decoded.get(key), str)), "")
        record = parse(inner) if inner else None
        if record is not None and record.structured:
            return record
    if "msg" not in fields:
        # Not a log record: the results of a backup or restore, or what zap attaches to a line.
        fields["msg"] = "\n".join((before.strip(), *_texts(decoded))).strip()[:LONGEST]
    # controller-runtime's JSON encoder says `ts`, not `time`.
    if "time" not in fields and "ts" in fields:
        fields["time"] = fields["ts"]
    return _record(fields, stamp)


def _texts(value: object) -> Iterator[str]:
    """Yield every text in `value`, in order."""
    pending = [value]
    while pending:
        each = pending.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict | list):
            inner = list(each.values()) if isinstance(each, dict) else each
            pending.extend(reversed(inner))


def _zap(match: re.Match[str], stamp: str) -> Record:
    parts = match["rest"].split("\t")
    fields: dict[str, str] = {"level": match["level"]}
    if parts and parts[-1].startswith("{"):
        attached = _json(parts.pop(), "")
        if attached is not None:
            fields.update({key: value for key, value in attached.fields.items() if key != "msg"})
    fields["level"] = match["level"]
    # logger name and message; a message alone has no tab before it
    fields["msg"] = parts[-1] if parts else ""
    if len(parts) > 1:
        fields["logger"] = parts[0]
    time = match["time"] if "T" in match["time"] else ""
    fields["time"] = time
    return _record(fields, stamp)
