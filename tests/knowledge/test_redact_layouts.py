"""Secrets in every layout that a copy, a tool or a log may give them."""

import base64
import json
import textwrap
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from knowledge.redact import Redactor, redact_arguments, redact_object

CANARY = "c4NaRyC4naRYc4nArY9d8f7e6a5b"
META = {"name": "x", "namespace": "n"}
BODIES: dict[str, dict[str, Any]] = {
    "data-first": {
        "apiVersion": "v1", "data": {"cloud": CANARY, "k2": CANARY}, "kind": "Secret",
        "metadata": META, "type": "Opaque",
    },
    "kind-first": {
        "kind": "Secret", "apiVersion": "v1", "metadata": META,
        "stringData": {"cloud": CANARY, "k2": CANARY},
    },
}  # fmt: skip
CONFIG_MAP = {
    "apiVersion": "v1",
    "data": {"config": "kept: value\nmore: lines\n"},
    "kind": "ConfigMap",
    "metadata": {"name": "y"},
}
Dump = Callable[[Mapping[str, Any]], str]


def lines(text: str) -> str:
    redactor = Redactor()
    out = [line for each in text.split("\n") for line in redactor.feed(each)]
    return "\n".join([*out, *redactor.close()])


def flat(text: str) -> str:
    return "\n".join(line.strip() for line in text.split("\n"))


def before_each(sign: str, text: str) -> str:
    return "\n".join(sign + line for line in text.split("\n"))


LAYOUTS: dict[str, Dump] = {
    "json": lambda b: json.dumps(b, indent=4),
    "json-one-line": json.dumps,
    "json-unindented": lambda b: flat(json.dumps(b, indent=2)),
    "json-list-unindented": lambda b: flat(json.dumps({"kind": "List", "items": [b]}, indent=2)),
    "json-after-config-map": lambda b: flat(
        json.dumps({"kind": "List", "items": [CONFIG_MAP, b]}, indent=2)
    ),
    "json-commas": lambda b: json.dumps(b).replace(", ", ",\n"),
    "json-braces": lambda b: json.dumps(b).replace("{", "{\n"),
    "json-crlf": lambda b: json.dumps(b, indent=2).replace("\n", "\r\n"),
    "json-two": lambda b: json.dumps(b) + json.dumps(b),
    "json-array": lambda b: f"[\n{json.dumps(b)},\n{json.dumps(b)}\n]",
    "json-in-strings": lambda b: json.dumps({"m": json.dumps(json.dumps(b))}),
    "json-no-head": lambda b: json.dumps(b, indent=2).split("\n", 2)[2],
    "watch": lambda b: json.dumps({"type": "ADDED", "object": b}),
    "yaml": yaml.safe_dump,
    "yaml-list": lambda b: yaml.safe_dump({"items": [CONFIG_MAP, b, b]}),
    "yaml-flow": lambda b: yaml.safe_dump(b, default_flow_style=True),
    "yaml-flow-narrow": lambda b: yaml.safe_dump(b, default_flow_style=True, width=30),
    "yaml-anchor": lambda b: yaml.safe_dump(b).replace("ata:", "ata: &a"),
    "yaml-tag": lambda b: yaml.safe_dump(b).replace("kind: Secret", "kind: !!str Secret"),
    "yaml-wide-list": lambda b: "\n".join(
        "-" + textwrap.indent(yaml.safe_dump(each), "    ")[1:] for each in (CONFIG_MAP, b)
    ),
    "diff+": lambda b: before_each("+", yaml.safe_dump(b)),
    "diff-": lambda b: before_each("-", yaml.safe_dump(b)),
    "diff+json": lambda b: before_each("+", json.dumps(b, indent=2)),
    "diff-json": lambda b: before_each("-", json.dumps(b, indent=2)),
    "diff+ ": lambda b: before_each("+ ", yaml.safe_dump(b)),
    "diff- ": lambda b: before_each("- ", yaml.safe_dump(b)),
    "diff-context": lambda b: (
        "--- a\n+++ b\n@@ -1 +1 @@\n"
        + before_each(" ", yaml.safe_dump(b)).replace("   cloud", "-  cloud")
    ),
    "quoted": lambda b: before_each("> ", yaml.safe_dump(b)),
    "times": lambda b: before_each("2026-11-23T10:00:00.1Z ", yaml.safe_dump(b)),
    "pods": lambda b: before_each("[pod/velero-1/velero] ", json.dumps(b, indent=2)),
    "coloured": lambda b: (
        yaml.safe_dump(b)
        .replace("kind: Secret", "\x1b[36mkind\x1b[0m: \x1b[33mSecret\x1b[0m")
        .replace("ata:", "ata\x1b[0m:")
    ),
    "in-a-config-map": lambda b: (
        "apiVersion: v1\ndata:\n  m.yaml: |\n"
        + textwrap.indent(yaml.safe_dump(b), "    ")
        + "kind: ConfigMap\n"
    ),
    "json-in-a-config-map": lambda b: (
        "apiVersion: v1\ndata:\n  m.json: |\n"
        + textwrap.indent(json.dumps(b, indent=2), "    ")
        + "\nkind: ConfigMap\n"
    ),
    "annotation": lambda b: yaml.safe_dump(
        {"kind": "ConfigMap", "metadata": {"annotations": {LAST_APPLIED: json.dumps(b)}}}
    ),
    "cut-one-line": lambda b: json.dumps(b)[: json.dumps(b).index(CANARY) + len(CANARY) + 5],
    "cut-after-another": lambda b: json.dumps([CONFIG_MAP, b]).partition("k2")[0],
    "cut": lambda b: json.dumps(b, indent=2)[: json.dumps(b, indent=2).rindex(CANARY) + 40],
    "secret-list": lambda b: json.dumps(
        {"kind": "SecretList", "items": [{k: v for k, v in b.items() if k != "kind"}]}, indent=2
    ),
    "go": lambda b: f"&Secret{{ObjectMeta:{{x}},Data:map[cloud:{CANARY}],Type:Opaque}}",
    "go-map": lambda b: f"map[apiVersion:v1 data:map[cloud:{CANARY}] kind:Secret]",
    "patch": lambda b: f"oc patch secret x -p '{json.dumps({'data': {'cloud': CANARY}})}'",
}
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("body", BODIES)
def test_no_layout_shows_the_values_of_a_secret(layout: str, body: str) -> None:
    text = LAYOUTS[layout](BODIES[body])
    assert CANARY in text
    cleaned = lines(text)
    assert CANARY not in cleaned
    assert "[redacted]" in cleaned


@pytest.mark.parametrize(
    "layout", ["json", "json-unindented", "yaml", "diff+", "quoted", "times", "json-crlf"]
)
def test_what_is_not_secret_stays(layout: str) -> None:
    for body in (CONFIG_MAP, {"kind": "Backup", "spec": {"data": {"a": "b"}, "x": [1, 2]}}):
        text = LAYOUTS[layout](body)
        if body is CONFIG_MAP:
            assert lines(text) == text
        else:
            assert '"a": "b"' not in lines(text) or lines(text) == text


def test_a_config_map_after_a_secret_stays() -> None:
    for dump in (lambda o: json.dumps(o, indent=2), lambda o: flat(json.dumps(o, indent=2))):
        text = dump({"items": [BODIES["data-first"], CONFIG_MAP], "kind": "List"})
        assert json.loads(lines(text))["items"][1] == CONFIG_MAP


def test_ordinary_lines_after_json_that_was_cut_stay() -> None:
    log = 'time="2026-11-23T10:00:00Z" level=info msg="Backup completed"'
    cleaned = lines(f'{{"data": {{"cloud": "{CANARY}\n{log}\n{log}')
    assert CANARY not in cleaned
    assert cleaned.count(log) == 2


def test_nested_blocks_of_unknown_kind_take_bounded_time_and_are_redacted() -> None:
    depth = 2_500
    text = "\n".join(" " * n + "data:" for n in range(depth)) + f"\n{' ' * depth}a: {CANARY}"
    assert CANARY not in lines(text)


def test_what_is_held_back_is_bounded() -> None:
    redactor = Redactor()
    fed = ["data:", *(f"  k{n}: x" for n in range(10_000))]
    held = most = 0
    for line in fed:
        held += 1 - len(redactor.feed(line))
        most = max(most, held)
    assert most <= 2_001
    held = 1 - len(redactor.feed("data:"))
    for _ in range(40):
        held += 1 - len(redactor.feed("  k: " + "x" * 100_000))
        assert held <= 12


PEM = (
    "-----BEGIN RSA PRIVATE KEY-----\n"
    + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7c4NaRyC4naRY\n" * 3
    + "c4nArY9d8f7e6a5b==\n-----END RSA PRIVATE KEY-----"
)
CERTIFICATE = PEM.replace("RSA PRIVATE KEY", "CERTIFICATE")


@pytest.mark.parametrize(
    "text",
    [
        PEM,
        PEM.split("\n", 2)[2],
        textwrap.indent(PEM.split("\n", 2)[2], "      "),
        "\n".join(PEM.split("\n")[:3]),
        "\n".join(PEM.split("\n")[1:-1]),
        PEM.replace("\n", "\\n"),
        PEM.replace("\n", "\\n")[40:],
        PEM.replace("\n", "\\\\n"),
        PEM.replace("\n", " "),
        before_each("2026-11-23T10:00:00Z ", PEM),
        before_each("+", PEM),
        json.dumps({"private_key": PEM}, indent=1),
        json.dumps({"m": json.dumps({"private_key": PEM})}),
        base64.b64encode(PEM.encode()).decode(),
    ],
)
def test_private_keys_and_parts_of_them_are_taken_out(text: str) -> None:
    cleaned = lines(f"before\n{text}\nafter it")
    assert "c4NaRyC4naRY" not in cleaned
    assert "c4nArY9d8f7e6a5b" not in cleaned
    assert base64.b64encode(PEM.encode()).decode()[60:90] not in cleaned
    assert cleaned.startswith("before\n")
    assert cleaned.endswith("\nafter it")


def test_certificates_stay_and_a_key_without_end_takes_no_log_with_it() -> None:
    assert lines(CERTIFICATE) == CERTIFICATE
    cut = "\n".join(PEM.split("\n")[:3])
    log = 'level=info msg="done"\nlevel=error msg="failed"'
    assert lines(f"{cut}\n{log}").endswith(log)


TOKEN = "a1B2" * 11
SHAPES = [
    f"ghp_{TOKEN}", f"github_pat_{TOKEN}", f"glpat-{TOKEN}", f"xoxb-123456789012-{TOKEN}",
    f"sk-{TOKEN}", f"hvs.{TOKEN}", f"npm_{TOKEN}", f"AIza{TOKEN}", f"ya29.{TOKEN}",
    f"https://hooks.slack.com/services/T0/B0/{TOKEN}", f"pypi-{TOKEN}", f"dckr_pat_{TOKEN}",
    f"AGE-SECRET-KEY-1{TOKEN.upper()}", f"user:$2y$05${TOKEN}", f"admin:$apr1$ab12$Qh{TOKEN}",
    f"x:{{SHA}}{TOKEN}=", f"AKIAIOSFODNN7EXAMPLE:{TOKEN[:40]}", f"AKIAIOSFODNN7EXA {TOKEN[:40]}",
    f"key is {(TOKEN * 2)[:86]}==", f"https://u:p@{TOKEN}@quay.io/v2", f"x%3A%2F%2Fu%3A{TOKEN}%40q",
    f"curl -u admin:{TOKEN} https://x", f"Cookie: a=b; session={TOKEN}", f"SSHPASS={TOKEN}",
    f"password is {TOKEN}", f"pwd={TOKEN}", f"Secret Access Key: {TOKEN}",
    f"secret_key     {TOKEN} shared-credentials-file", f'{{SecretAccessKey:"{TOKEN}"}}',
    f"EnvVar{{Name:DB_PASSWORD,Value:{TOKEN},ValueFrom:nil,}}", f"+  password: {TOKEN}",
    f'  adminPassword: "{TOKEN}"', f"clientSecretKey: '{TOKEN}'", f"{{password: {TOKEN}, x: 1}}",
    f'[{{"value": "{TOKEN}", "name": "DB_PASSWORD"}}]', f"- {{name: DB_PASSWORD, value: {TOKEN}}}",
    f'{{"name":"DB_PASSWORD","valueFrom":null,"value":"{TOKEN}"}}', f"pass\u200bword: {TOKEN}",
    f"\x1b[31mpassword\x1b[0m={TOKEN}",
    f"- value: {TOKEN}\n  name: DB_PASSWORD", f"- name: DB_PASSWORD\n  # why\n  value: {TOKEN}",
    f"+ - name: DB_PASSWORD\n+   value: {TOKEN}", f"+  password: |\n+    {TOKEN}\n+  x: 1",
    f"password:\n- {TOKEN}", f"token:\n  {TOKEN}\nx: 1", f"client-key-data: !!binary {TOKEN}",
    f"Data\n====\npassword:\n----\n{TOKEN}\n{TOKEN}\n\nBinaryData\n====\n",
]  # fmt: skip


@pytest.mark.parametrize("text", SHAPES)
def test_more_marks_are_known(text: str) -> None:
    cleaned = lines(text)
    assert TOKEN[:40] not in cleaned
    assert TOKEN[:40].upper() not in cleaned
    assert "[redacted]" in cleaned
    assert lines(cleaned) == cleaned


@pytest.mark.parametrize(
    "secret",
    [
        f"[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = {CANARY}\n",
        f'{{"auths":{{"quay.io":{{"auth":"{CANARY}"}}}}}}',
        f"admin:$2y$05${CANARY}{CANARY}",
        f"users:\n- name: a\n  user:\n    client-key-data: {CANARY}",
    ],
)
def test_secrets_in_base64_are_seen_through(secret: str) -> None:
    code = base64.b64encode(secret.encode()).decode()
    assert code[:24] not in lines(f"cloud: {code}")
    auth = base64.b64encode(f"user:{CANARY}".encode()).decode()
    assert auth not in lines(f"auths:\n  quay.io:\n    auth: {auth}")


@pytest.mark.parametrize(
    "text",
    [
        "image: quay.io/velero@sha256:" + "ab12" * 16,
        "revision 3f786850e387550fdab836ed7e6dc881de23001b of main",
        "AKIA of the key, then 3f786850e387550fdab836ed7e6dc881de23001b",
        "dist: https://registry.example.com:8443/v2/x@sha256:" + "ab12" * 16,
        "nopassword: true",
        "- name: plain\n  value: kept\n- name: other\n  value: too",
        "value: kept\nother: line",
        "config:\n----\nlevel: info\n\nother:\n----\nx",
        "PWD=/home/sre",
        "secret_key oadp-dpa-1-aws-registry-secret",
        "cookies are fine: none",
        "> quoted text: stays",
        "+ added\n- removed\n+++ b/file\n--- a/file\n@@ -1,2 +1,2 @@",
        "2026-11-23T10:00:00Z level=info msg=done",
        "\x1b[32mINFO\x1b[0m started",
        "token:\n  secretKeyRef:\n    name: x",
        "caBundle: " + base64.b64encode(CERTIFICATE.encode()).decode(),
        "sk-operator-7f9c5d8b6-x2x4z is ready",
        "zero\u200bwidth name",
        "[pod/velero-1/velero] level=info msg=done",
        "auth: kubernetes",
    ],
)
def test_more_ordinary_lines_stay_as_they_are(text: str) -> None:
    assert lines(text) == text


@given(st.lists(st.sampled_from(
    ['"data": {', "data:", "  a: b", '"kind": "Secret",', "kind: ConfigMap", "}", "{", "},",
     "- x: y", "value: v", "name: password", "password:", "----", "", "+data:", "-  a: b", "[", "]",
     "text",
     "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "  value: |", "---", '"a": "b"']
), max_size=40))  # fmt: skip
def test_any_order_of_lines_comes_through(texts: list[str]) -> None:
    cleaned = lines("\n".join(texts))
    assert cleaned.count("\n") <= len(texts)
    # What has been redacted does not change any more.
    assert "text" not in texts or "text" in cleaned or "[redacted]" in cleaned or "-----" in cleaned


PIECES = [
    '"data": {', "data:", "-eyJ", "\\", '"', "'", "--password", "password: ", "://a:", "A" * 50,
    "AKIA", "$2y$", "sk-", "xox", "{", "}", "[", "+", "\x1b[", "\x1b]", "%3a%2f%2f", "Secret ",
    "data:map[", "cookie:", '"value":"', "-u a:", "name: x, value: ", "\u200b", "token=", "a/b.c_",
    "kind: Secret", "-----BEGIN ", "-----END PRIVATE KEY", "pass ", "a" * 30, "[pod/", "> ",
]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_a_hostile_line_takes_no_longer_than_its_length(piece: str) -> None:
    # Quadratic time would be minutes here.
    assert lines(piece * (300_000 // len(piece))) is not None
    assert lines(("x" + piece) * (200_000 // len(piece))) is not None


def test_arguments_are_judged_together() -> None:
    for patch in (
        json.dumps({"data": {"cloud": CANARY}}),
        json.dumps({"stringData": {"a": CANARY}, "type": "Opaque"}),
        json.dumps([{"op": "replace", "path": "/data/cloud", "value": CANARY}]),
        f"{{data: {CANARY}",
    ):
        for name in (("secret", "x"), ("secrets/x",), ("Secret.v1.", "x")):
            cleaned = redact_arguments(("oc", "patch", *name, "-p", patch))
            assert CANARY not in str(cleaned)
            assert cleaned[:2] == ("oc", "patch")
    assert redact_arguments(("--password", CANARY, "x")) == ("--password", "[redacted]", "x")
    for patch in ('{"data": {"a": "CAN"}}', '[{"op": "add", "path": "/data/a", "value": "CAN"}]'):
        # Alone, nothing tells what it is for.
        assert CANARY not in lines(patch.replace("CAN", CANARY))
        assert CANARY not in lines(f"' -p '{patch}'".replace("CAN", CANARY))
    ops = '[{"op":"test","path":"/spec/data","value":"a"}]'
    assert lines(ops) == ops
    kept = ("oc", "patch", "cm", "x", "-p", '{"data":{"a":"b"}}')
    assert redact_arguments(kept) == kept
    assert redact_object({"kind": "secret", "data": {"a": CANARY}})["data"] == {"a": "[redacted]"}
