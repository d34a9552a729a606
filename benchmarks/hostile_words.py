"""Hostile words, manifests and outputs, from a seeded source of chance."""

from __future__ import annotations

import base64
import json
import random
import textwrap
from collections.abc import Callable
from typing import Any, Final

import yaml

OUT: Final = "CaNaRyOuT"
"""Begins every secret that is planted in an output. It may be seen nowhere."""
IN: Final = "CaNaRyInN"
"""Begins every secret that is planted in a command. Only the person who typed it may see it."""
_TAIL: Final = "x7Q2v9K4m1Zp8Lw3"

SMUGGLED: Final = (
    "--context", "--context=other", "--kubeconfig=/tmp/x", "--server", "-s=https://evil",
    "--token=t", "--as=system:admin", "--as-group", "-n", "-n=kube-system",
    "--namespace=kube-system", "-nkube",
    "--user=admin", "--cluster=c", "--insecure-skip-tls-verify", "--", "-", "--force",
    "--force=false", "--grace-period=0", "-A", "-oyaml", "-o=json", "-o", "-ojsonpath={.data}",
    "go-template={{.data}}", "jsonpath={.items[*].data}", "--template={{.data}}", "-f", "-f=-",
    "-f/etc/passwd", "--filename=http://evil/x", "--dry-run", "--dry-run=none", "--dry-run=server",
    "--dry-run=client", "--raw=/api/v1/secrets", "--raw", "-v=9", "--v=9", "-k", "-R", "-w",
    "--watch", "--all", "--cascade=orphan", "--overwrite", "-p", "--type=json", "--patch-file=x",
)  # fmt: skip
VERBS: Final = (
    "get", "describe", "logs", "label", "annotate", "patch", "create", "apply", "replace", "delete",
    "scale", "set", "rollout", "exec", "rsh", "cp", "debug", "adm", "proxy", "port-forward", "edit",
    "run", "attach", "auth", "config", "whoami", "version", "wait", "cordon", "drain", "plugin",
    "GET", "oc", "kubectl", "sh", "env", "restart", "image", "can-i", "status", "undo",
)  # fmt: skip
NAMES: Final = (
    "pods", "pod", "secret", "secrets", "secret,cm", "secrets/creds", "Secret.v1.", "backup",
    "backups.velero.io", "backupstoragelocations.velero.io", "deploy/velero", "deploy", "velero",
    "daily", "bsl", "ns", "nodes", "all", "externalsecret", "a=b", "a-", "creds", "ds/node-agent",
    "deletebackuprequests.velero.io", "x", "dpa", "DB_PASSWORD=" + IN + _TAIL, "replicas=0",
)  # fmt: skip
_PIECES: Final = (
    ";", "|", "&", "&&", "`", "$(", ")", "${v}", "${IFS}", "$HOME", ">", "<", "*", "?", "~", "#",
    "!", "\\", "'", '"', "''", " ", "  ", "\t", "\n", "\r", "\r\n", "\x00", "\x07", "\x08",
    "\x1b[2J",
    "\x1b[31m", "\x1b]52;c;aGk=\x07", "\x1b]0;t\x07", "\x1bP", "\x9b31m", "\x7f", "\ud800",
    "\udcff", "\u202e", "\u2066", "\u200b", "\u200f", "\ufeff", "\u2028", "\U000e0041", "\xa0",
    "é", "日本語",
    "[bold]", "[/bold]", "[@click=app.quit]x[/]", "[red", "]", "[/velero]", "{{.data}}", "%s", "%n",
    "{0}", "../..", "/etc/passwd", "EOF", "\nEOF\n", "<<'EOF'", "--", "-", "=", ",", "/", ":",
    "A" * 300, "null", "true", "0", "-1", "1e999", "[" * 50, "{" * 50,
)  # fmt: skip

Dice = random.Random


def tripwires(trip: str) -> tuple[str, ...]:
    """Return words that leave the file `trip` behind if a shell ever reads them."""
    return (
        f";touch {trip};", f"$(touch {trip})", f"`touch {trip}`", f"|touch {trip}",
        f"&touch {trip}&", f"'\ntouch {trip}\n'", f'"; touch {trip}; "', f"\ntouch {trip}\n",
        f"${{IFS}}touch {trip}",
        f"x\nEOF\ntouch {trip}\ncat <<'EOF'\n", f">{trip}",
    )  # fmt: skip


def word(dice: Dice, trip: str) -> str:
    """Return a hostile word, or one that only looks harmless."""
    roll = dice.random()
    if roll < 0.3:
        return dice.choice(NAMES)
    if roll < 0.45:
        return dice.choice(SMUGGLED)
    if roll < 0.6:
        return dice.choice(tripwires(trip))
    if roll < 0.65:
        return dice.choice(("x", "é", "\x1b", "[b]", "$(x)")) * dice.choice((4_100, 140_000))
    made = "".join(dice.choice(_PIECES) for _ in range(dice.randint(1, 4)))
    return made if roll < 0.8 else dice.choice(("daily", "x", "a=")) + made


def words(dice: Dice, trip: str) -> list[str]:
    """Return the arguments of a command, many of which `oc` would take."""
    roll = dice.random()
    if roll < 0.55:
        made = list(dice.choice(_LIKELY))
        for _ in range(dice.choice((0, 0, 1, 1, 2))):
            made.insert(dice.randint(0, len(made)), word(dice, trip))
        if dice.random() < 0.3:
            made[dice.randrange(len(made))] = word(dice, trip)
        return made
    return [dice.choice(VERBS), *(word(dice, trip) for _ in range(dice.randint(0, 5)))]


_SECRET_PATCH: Final = json.dumps({"stringData": {"cloud": IN + _TAIL}})
_LIKELY: Final[tuple[tuple[str, ...], ...]] = (
    ("get", "pods", "-o", "json"),
    ("get", "secrets", "creds", "-o", "yaml"),
    ("get", "secret,cm", "-o", "json"),
    ("get", "backups.velero.io", "daily"),
    ("describe", "secret", "creds"),
    ("logs", "deploy/velero", "-c", "velero"),
    ("label", "bsl", "custom", "a=b"),
    ("annotate", "backup", "daily", "note=x"),
    ("annotate", "backup", "daily", f"password={IN}{_TAIL}"),
    ("patch", "dpa", "x", "--type", "merge", "-p", '{"spec":{"a":"b"}}'),
    ("patch", "secret", "creds", "-p", _SECRET_PATCH),
    ("patch", "secrets/creds", "--type=json", "-p",
     json.dumps([{"op": "replace", "path": "/data/cloud", "value": IN + _TAIL}])),
    ("create", "-f", "-"),
    ("apply", "-f", "-", "-o", "yaml"),
    ("apply", "-f", "-"),
    ("replace", "-f", "-"),
    ("delete", "backup", "daily"),
    ("delete", "pod", "velero-1"),
    ("scale", "deploy/x", "--replicas=1"),
    ("set", "env", "deploy/x", f"DB_PASSWORD={IN}{_TAIL}"),
    ("rollout", "restart", "deploy/velero"),
    ("auth", "can-i", "get", "pods"),
)  # fmt: skip


def manifest(dice: Dice, trip: str) -> str | None:
    """Return what stands on standard input."""
    roll = dice.random()
    if roll < 0.2:
        return None
    if roll < 0.3:
        return "".join(dice.choice(_PIECES) for _ in range(5))
    body: dict[str, Any] = {
        "apiVersion": dice.choice(("v1", "velero.io/v1", word(dice, trip)[:200])),
        "kind": dice.choice(
            ("Backup", "Restore", "Secret", "DeleteBackupRequest", "List", "SecretList", "Pod")
        ),
        "metadata": {"name": dice.choice(("daily", "creds", word(dice, trip)[:200]))},
        "spec": {"a": word(dice, trip)[:200]},
    }
    if body["kind"] == "Secret":
        body[dice.choice(("stringData", "data"))] = {"cloud": IN + _TAIL}
    if body["kind"].endswith("List"):
        inner = {"kind": "Secret", "metadata": {"name": "x"}, "stringData": {"a": IN + _TAIL}}
        body["items"] = [inner]
    if dice.random() < 0.2:
        body[dice.choice(("Kind", "KIND", "Items"))] = "Secret"
    return json.dumps(body, indent=dice.choice((None, 2)))


def value(dice: Dice, trip: str) -> str:
    """Return what a person, a cluster or a finding may give for an input."""
    roll = dice.random()
    if roll < 0.25:
        return dice.choice(("daily", "x", "a-b.c", "sha256~" + IN + _TAIL))
    return word(dice, trip)


def output(dice: Dice, trip: str) -> list[str]:
    """Return lines that a hostile or honest `oc` may write, with secrets planted in them."""
    lines: list[str] = []
    for _ in range(dice.randint(1, 4)):
        roll = dice.random()
        if roll < 0.5:
            lines += dice.choice(_PLANTED)(OUT + _TAIL + str(dice.randrange(10**6))).split("\n")
        elif roll < 0.6:
            lines.append(dice.choice(("error: ", "[bold]", "\x1b]8;;http://x\x07")) + "x" * 20_000)
        else:
            lines.append("".join(dice.choice(_PIECES) for _ in range(6)).replace("\n", " "))
    return lines


def _secret(planted: str, *, plain: bool = False) -> dict[str, Any]:
    coded = base64.b64encode(planted.encode()).decode()
    return {
        "apiVersion": "v1",
        "stringData" if plain else "data": {"cloud": planted if plain else coded, "b": planted},
        "kind": "Secret",
        "metadata": {"name": "creds"},
    }


_PLANTED: Final[tuple[Callable[[str], str], ...]] = (
    lambda s: json.dumps(_secret(s), indent=4),
    lambda s: json.dumps(_secret(s, plain=True)),
    lambda s: yaml.safe_dump(_secret(s)),
    lambda s: yaml.safe_dump({"kind": "List", "items": [_secret(s), _secret(s, plain=True)]}),
    lambda s: "\n".join(each.strip() for each in json.dumps(_secret(s), indent=1).split("\n")),
    lambda s: textwrap.indent(yaml.safe_dump(_secret(s)), "+"),
    lambda s: f"Authorization: Bearer {s}",
    lambda s: f"aws_secret_access_key={s}",
    lambda s: f"[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = {s}",
    lambda s: f"https://s3/b/x.gz?X-Amz-Credential=a&X-Amz-Signature={s}",
    lambda s: f"https://admin:{s}@registry.example.com/v2/",
    lambda s: f"-----BEGIN PRIVATE KEY-----\n{s * 2}\n-----END PRIVATE KEY-----",
    lambda s: f"sha256~{s}",
    lambda s: f'level=info msg="{{\\"password\\": \\"{s}\\"}}"',
    lambda s: f"- name: DB_PASSWORD\n  value: {s}",
    lambda s: json.dumps({"auths": {"quay.io": {"auth": s}}}),
    lambda s: f"\x1b[31mpassword\x1b[0m={s}",
    lambda s: f"client-key-data: {s}",
    lambda s: f"password: |\n  {s}\n  {s}",
)
