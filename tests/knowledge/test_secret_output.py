import pytest

from knowledge.secret_output import SECRETS, aims_at_secret, prints_values


@pytest.mark.parametrize(
    "output",
    [
        "json", "yaml", "name", "wide", "", "jsonpath={.type}",
        'go-template={{range $k,$v := .data}}{{$k}} {{len $v}}{{"\\n"}}{{end}}',
        'jsonpath={range .items[*]}{.metadata.name}{"\\t"}{.type}{"\\n"}{end}',
        "custom-columns=NAME:.metadata.name,TYPE:.type",
    ],
)  # fmt: skip
def test_names_types_and_lengths_may_be_asked_for(output: str) -> None:
    assert not prints_values(output, "")


@pytest.mark.parametrize(
    ("output", "template"),
    [
        ("jsonpath={.data}", ""), ("jsonpath={.items[*]}", ""), ("jsonpath-as-json={.data}", ""),
        ("jsonpath={..}", ""), ("jsonpath={.metadata.annotations}", ""), ("JSON", ""),
        ("go-template={{.data.cloud}}", ""), ("go-template", "{{.data}}"), ("json", "{{.data}}"),
        ("go-template={{$v}}", ""), ("go-template={{printf .data}}", ""),
        ("go-template={{range $k,$v := .data}}{{$v}}{{end}}", ""),
        ("custom-columns=D:.data", ""), ("custom-columns-file=x", ""), ("jsonpath-file=x", ""),
        ('go-template={{"\\"}}x{{" | printf .data.cloud | printf `"}}{{"`"}}', ""),
        ('go-template={{"\\"}}{{"`"}}', ""), ("jsonpath={'\\'}{.type}{'\\'}", ""),
        ("jsonpath={ {.kind} .data }", ""), ("jsonpath={{.kind}.data}", ""),
    ],
)  # fmt: skip
def test_what_could_print_a_value_is_refused(output: str, template: str) -> None:
    assert prints_values(output, template)


def test_the_names_of_secrets() -> None:
    for word in (
        "secret",
        "secrets",
        "Secrets",
        "secrets.v1.",
        "secret/x",
        "SECRET.",
        "secrets.v1.core",
    ):
        assert SECRETS.fullmatch(word)
    for word in ("secretstores", "my-secret", "externalsecrets", "cm/secret"):
        assert not SECRETS.fullmatch(word)


def test_templates_that_ask_for_secret_fields_are_known() -> None:
    for asked in (
        "jsonpath={.data.password}", "jsonpath={..env[*].value}", "go-template={{.secret}}",
        'go-template={{index .data "aws_secret_access_key"}}', "custom-columns=X:.spec.token",
        "jsonpath={.spec.env[?(@.name=='X')].value}", "jsonpath={.data.client\\.password}",
    ):  # fmt: skip
        assert aims_at_secret(asked), asked
    for harmless in (
        "jsonpath={.status.phase}", "custom-columns=NAME:.metadata.name,TYPE:.spec.type",
        "jsonpath={.spec.configuration.velero.logLevel}", "json", "wide",
        'jsonpath={.status.conditions[?(@.type=="Reconciled")].message}',
        "jsonpath={.spec.backupLocations[0].velero.credential.name}",
    ):  # fmt: skip
        assert not aims_at_secret(harmless), harmless
