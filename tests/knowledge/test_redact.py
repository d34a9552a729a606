import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from knowledge.redact import Redactor, redact, redact_captured, redact_object

CANARY = "c4NaRyC4naRYc4nArY9d8f7e6a5b"


@pytest.mark.parametrize(
    "line",
    [
        f"Authorization: Bearer {CANARY}",
        f'msg="sent" authorization="Basic {CANARY}"',
        f"using bearer {CANARY}",
        f"sha256~{CANARY}",
        f"token: sha256~{CANARY}",
        f"    token: {CANARY}",
        f'{{"token": "{CANARY}"}}',
        f'{{"auth":"{CANARY}"}}',
        f'msg="{{\\"password\\": \\"{CANARY}\\"}}"',
        f"aws_secret_access_key = {CANARY}",
        f"aws_secret_access_key={CANARY}",
        f"AWS_SECRET_ACCESS_KEY={CANARY}",
        f"REGISTRY_STORAGE_S3_SECRETKEY={CANARY}",
        f"AZURE_CLIENT_SECRET={CANARY}",
        f"AccountKey={CANARY};EndpointSuffix=core.windows.net",
        f"client-key-data: {CANARY}",
        f"https://admin:{CANARY}@registry.example.com/v2/",
        f"https://s3.example.com/b/x.gz?X-Amz-Algorithm=A&X-Amz-Signature={CANARY}&x=1",
        f'"downloadURL": "https://s3/b?X-Amz-Credential=x\\u0026X-Amz-Signature={CANARY}",',
        f"https://a.blob.core.windows.net/c/b?sv=2020&sig={CANARY}%3D",
        f"-----BEGIN RSA PRIVATE KEY-----\\n{CANARY}\\n-----END RSA PRIVATE KEY-----",
        f"-----BEGIN PRIVATE KEY-----\n{CANARY}\n-----END PRIVATE KEY-----\nafter",
        f"eyJhbGciOiJSUzI1NiJ9.{CANARY}.{CANARY}",
        f'{{"apiVersion":"v1","data":{{"x":"{CANARY}"}},"kind":"Secret"}}',
        f'{{"items":[{{"kind":"Secret","stringData":{{"x":"}},{CANARY}"}}}}]}}',
        f'  "a/last": "{{\\"data\\":{{\\"x\\":\\"}},{CANARY}\\"}},\\"kind\\":\\"Secret\\"}}",',
        f'cut {{"kind":"Secret","data":{{"x":"{CANARY}',
        f"{{kind: Secret, data: {{x: {CANARY}}}}}",
        f"      DB_PASSWORD:   {CANARY}",
        f'"name": "AWS_SECRET_ACCESS_KEY",\n"value": "{CANARY}"',
        f"- name: RESTIC_PASSWORD\n  value: {CANARY}",
        f'[{{"name":"DB_PASSWORD","value":"{CANARY}"}}]',
        f"password: |\n  {CANARY}\nafter",
        f"sv=2020-01-01&srt=sco&sig={CANARY}",
        f"https%3A%2F%2Fs3%2Fb%3FX-Amz-Signature%3D{CANARY}",
        f"Set-Cookie: {CANARY}; Path=/",
        f"X-Auth-Token: {CANARY}",
        f"Authorization: Negotiate {CANARY}",
        f"<SecretAccessKey>{CANARY}</SecretAccessKey>",
        f"aws_secret_access_key   =\t{CANARY}",
        f"password = {CANARY}",
        f"password='{CANARY}'",
        f'PASSWORD="a {CANARY} b"',
        f"restic --password {CANARY} init",
        f"{{AccessKeyID:x SecretAccessKey:{CANARY} SessionToken:{CANARY}}}",
        f"Data:map[string][]byte{{cloud: {CANARY},}}",
        '"password": 123456789',
        f"https://x1{CANARY}@git.example.com/x",
        f"-----BEGIN PGP PRIVATE KEY BLOCK-----\n{CANARY}\n-----END PGP PRIVATE KEY BLOCK-----",
        f'"openshift.io/token-secret.value": "{CANARY}"',
    ],
)
def test_marked_secrets_are_taken_out(line: str) -> None:
    cleaned = redact(line)
    assert CANARY not in cleaned
    assert "123456789" not in cleaned
    assert "[redacted]" in cleaned
    assert redact(cleaned) == cleaned


@pytest.mark.parametrize(
    "line",
    [
        'time="2026-11-23T10:00:00Z" level=error msg="invalid token: expected \',\'" key=x',
        'level=info msg="Backup completed" backup=openshift-adp/daily logSource="pkg/x.go:1"',
        "[is-backup] Error: errors getting registryenv: secrets "
        '"oadp-dpa-1-aws-registry-secret" not found',
        "error finding AWS Profile for the supplied AWS credential",
        "basic authentication failed; bearer authentication needed",
        "access_key 20\nsecret_key 40\ntoken 12",
        "https://docs.example.com/page?x=1&y=2",
        "data: nothing special here",
        "Opaque   cloud-credentials   1   3d",
        "    key: cloud\n    name: cloud-credentials",
        "password:\n  secretKeyRef: {}",
        "      DB_PASSWORD:  <set to the key 'password' in secret 'db'>  Optional: false",
        "- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: {}",
        "- name: cloud-credentials\n  value: kept",
        "https://someone@git.example.com/x",
        "backupstoragelocation.velero.io/custom labeled",
        "",
        "\n\n",
    ],
)
def test_ordinary_lines_stay_as_they_are(line: str) -> None:
    assert redact(line) == line


SECRET = {
    "apiVersion": "v1",
    "data": {"cloud": CANARY, "other": CANARY},
    "immutable": False,
    "kind": "Secret",
    "metadata": {
        "annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": json.dumps(
                {"data": {"a": CANARY}, "kind": "Secret"}
            )
        },
        "name": "x",
    },
    "type": "Opaque",
}
CONFIG_MAP = {
    "apiVersion": "v1",
    "data": {"config": "kept: value\nmore: lines\n"},
    "kind": "ConfigMap",
    "metadata": {"name": "y"},
}


def lines(text: str) -> str:
    redactor = Redactor()
    out = [line for each in text.split("\n") for line in redactor.feed(each)]
    return "\n".join([*out, *redactor.close()])


@pytest.mark.parametrize(
    "dump",
    [
        lambda o: json.dumps(o, indent=4),
        lambda o: json.dumps(o, indent="\t"),
        yaml.safe_dump,
        lambda o: yaml.safe_dump(o).replace("data:\n", "data: # values\n"),
    ],
)
@pytest.mark.parametrize(
    "body",
    [SECRET, {"apiVersion": "v1", "items": [CONFIG_MAP, SECRET, CONFIG_MAP], "kind": "List"}],
)
def test_secrets_lose_their_values_and_stay_readable(dump, body) -> None:  # type: ignore[no-untyped-def]
    cleaned = lines(dump(body))
    assert CANARY not in cleaned
    read = yaml.safe_load(cleaned.replace("\t", "  "))
    found = read["items"][1] if "items" in read else read
    assert found["data"] == {"cloud": "[redacted]", "other": "[redacted]"}
    assert found["metadata"]["name"] == "x"
    if "items" in read:
        assert read["items"][0] == CONFIG_MAP == read["items"][2]


def test_config_maps_pass_through_untouched() -> None:
    for text in (json.dumps(CONFIG_MAP, indent=2), yaml.safe_dump(CONFIG_MAP)):
        assert lines(text) == text


def test_a_manifest_with_its_kind_first_and_long_values() -> None:
    text = f"kind: Secret\nstringData:\n  a: |\n    {CANARY}\n    x: {CANARY}\n  b: {CANARY}\nz: 1"
    cleaned = lines(text)
    assert CANARY not in cleaned
    assert '  b: "[redacted]"' in cleaned
    assert cleaned.endswith("z: 1")


def test_data_whose_kind_never_comes_is_redacted() -> None:
    assert CANARY not in lines(f"apiVersion: v1\ndata:\n  a: {CANARY}")
    assert CANARY not in lines(f"data:\n  a: {CANARY}\n---\nkind: ConfigMap")
    many = "data:\n" + "".join(f"  k{n}: {CANARY}\n" for n in range(5_000)) + "kind: Secret"
    assert CANARY not in lines(many)


def test_objects_lose_the_values_of_secrets() -> None:
    cleaned = redact_object({"kind": "List", "items": [SECRET, CONFIG_MAP]})
    assert CANARY not in json.dumps(cleaned)
    assert cleaned["items"][1] == CONFIG_MAP
    assert "annotations" in cleaned["items"][0]["metadata"]
    listed = {"kind": "SecretList", "items": [{"data": {"a": CANARY}}]}
    assert CANARY not in json.dumps(redact_object(listed))
    assert redact_object({"spec": {"password": CANARY}}) == {"spec": {"password": "[redacted]"}}


NAMES = st.text("abcdefghijklmnopqrstuvwxyz.-_", min_size=1, max_size=12).filter(
    lambda name: name[0].isalpha()
)
VALUES = st.builds(
    lambda before, after: before + CANARY + after,
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=9),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=9),
)


@given(
    st.dictionaries(NAMES, VALUES, min_size=1, max_size=4), st.sampled_from(["data", "stringData"])
)
def test_no_value_of_a_secret_survives(values: dict[str, str], key: str) -> None:
    body = {"apiVersion": "v1", key: values, "kind": "Secret", "metadata": {"name": "x"}}
    texts = (
        json.dumps(body, indent=4, sort_keys=True, ensure_ascii=False),
        json.dumps(body),
        json.dumps({"items": [body]}, indent=2),
        yaml.safe_dump(body, allow_unicode=True),
        yaml.safe_dump([body], allow_unicode=True, width=40),
        json.dumps({"metadata": {"annotations": {"a": json.dumps(body)}}}, indent=2),
    )
    for text in texts:
        assert CANARY not in lines(text), text


def test_variables_of_containers_lose_secret_values() -> None:
    env = [{"name": "DB_PASSWORD", "value": CANARY}, {"name": "PLAIN", "value": "kept"}]
    cleaned = redact_object({"kind": "Pod", "spec": {"containers": [{"env": env}]}})
    assert CANARY not in json.dumps(cleaned)
    assert cleaned["spec"]["containers"][0]["env"][1] == env[1]


@pytest.mark.parametrize(
    "line",
    [
        "token=x " + "\\" * 300_000,
        "Secret " + "\\" * 300_000,
        '"kind":"Secret" ' + "\\" * 300_000,
        "-eyJ" * 75_000,
        "--password" * 30_000,
    ],
)
def test_hostile_lines_take_no_longer_than_their_length(line: str) -> None:
    # Quadratic time would be minutes here.
    assert redact(line)


def test_what_is_no_text_is_replaced_not_raised() -> None:
    assert redact("token=\ud800abc") == "token=[redacted]"
    assert redact("日本語 \udc80") == "日本語 ?"


@given(st.text(max_size=200))
def test_redacting_never_raises_and_is_stable(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


def test_what_was_taken_out_of_a_line_is_judged_with_the_line() -> None:
    line = f"backup=daily password={CANARY} url=https://s3/b?X-Amz-Signature={CANARY}"
    captured = {"backup": "daily", "name": CANARY, "url": f"https://s3/b?X-Amz-Signature={CANARY}"}
    cleaned = redact_captured(line, redact(line), captured)
    assert CANARY not in str(cleaned)
    assert cleaned["backup"] == "daily"


@pytest.mark.parametrize(
    "line",
    [
        "  downloadURL: https://storage.example.com/b/nightly-logs.gz?st=1&e=0a1b2c3d4e5f",
        '{"downloadURL":"https://storage.example.com/b/nightly-logs.gz?st=0a1b2c3d4e5f"}',
        "  Download URL:  https://storage.example.com/b/nightly-logs.gz/0a1b2c3d4e5f",
        r'"{\"status\":{\"downloadURL\":\"https://storage.example.com/b?st=0a1b2c3d4e5f\"}}"',
    ],
)
def test_the_link_of_a_download_request_is_a_secret_whatever_signs_it(line: str) -> None:
    cleaned = redact(line)
    assert "0a1b2c3d4e5f" not in cleaned
    assert "storage.example.com" not in cleaned


def test_the_link_of_a_download_request_is_no_part_of_the_object() -> None:
    link = "https://storage.example.com/b/nightly-logs.gz?st=0a1b2c3d4e5f"
    velero = {"kind": "DownloadRequest", "status": {"phase": "Processed", "downloadURL": link}}
    other = {"kind": "NonAdminDownloadRequest", "status": {"velero": {"status": velero["status"]}}}
    for body in (velero, other):
        assert link not in str(redact_object(body))
        assert "Processed" in str(redact_object(body))


def test_nobody_asks_for_the_link_of_a_download_request_alone() -> None:
    from knowledge.risk import classify

    wanted = "jsonpath={.items[*].status.downloadURL}"
    assert classify(["get", "downloadrequests.velero.io", "-o", wanted]).refused is not None
