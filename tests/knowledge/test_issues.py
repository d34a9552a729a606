"""Every built-in issue passes its own examples and the checks that authors get."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from knowledge import yaml_file
from knowledge.base import KnowledgeBase
from knowledge.check import check
from knowledge.coverage import coverage
from knowledge.schema import schema

ROOT = Path(__file__).parents[2]


def test_every_file_is_read(base: KnowledgeBase) -> None:
    assert [str(problem) for problem in base.problems] == []
    assert set(base.issues) >= {
        "knative-admission-webhook",
        "ibm-appconnect-webhook",
        "imagestream-registry-secret-missing",
        "dpa-cloudstorage-segfault",
        "plugin-eof-benign",
    }


@pytest.mark.parametrize("folder", ["knowledge", "tui/practice/scenarios"])
def test_every_file_is_read_without_the_c_library_too(folder: str) -> None:
    """libyaml takes `a?}` for a text that ends there, PyYAML's own parser does not."""
    for file in sorted((ROOT / folder).rglob("*.yaml")):
        yaml.compose(file.read_text("utf-8"), yaml.SafeLoader)


def test_every_example_finds_what_it_says_and_nothing_else(base: KnowledgeBase) -> None:
    report = check(base)
    assert [str(problem) for problem in report.problems] == []
    assert report.examples >= 4 * report.issues


def test_the_image_stream_case_tells_four_causes_and_more_apart(base: KnowledgeBase) -> None:
    causes = {cause.id for cause in base.issues["imagestream-registry-secret-missing"].causes}
    assert {"bsl-unlabelled", "bucket-bsl-unlabelled", "images-off", "provider-spelling"} <= causes


def test_the_published_schema_is_current() -> None:
    published = json.loads((ROOT / "docs/knowledge.schema.json").read_text())
    assert published == json.loads(json.dumps(schema())), "run: python -m knowledge schema"


def test_every_issue_fits_the_published_schema() -> None:
    validator = jsonschema.Draft202012Validator(schema())
    for path in sorted((ROOT / "knowledge/issues").glob("*.yaml")):
        problems = list(validator.iter_errors(yaml_file.load(path.read_text())))
        assert not problems, f"{path.name}: {problems[0].message}"


def test_every_cause_is_found_by_an_example(base: KnowledgeBase) -> None:
    found = coverage(base)
    assert {each.cause for each in found.causes if not (each.confirmed or each.likely)} == set()
    assert len(found.causes) == sum(len(issue.causes) for issue in base.issues.values())
