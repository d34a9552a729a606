"""What a procedure verifies must not depend on how fast somebody or something was."""

from collections.abc import Iterator

from knowledge.base import load
from knowledge.model import Issue, Step, StepKind


def paths(issue: Issue) -> Iterator[tuple[str, list[Step]]]:
    """Yield the steps of an issue's procedure for each cause and each choice."""
    procedure = issue.procedure
    assert procedure is not None
    for cause in issue.causes:
        if procedure.causes and cause.id not in procedure.causes:
            continue
        steps = [each for each in procedure.steps if not each.causes or cause.id in each.causes]
        choices: list[dict[str, str]] = [{}]
        for step in steps:
            if step.kind is StepKind.CHOOSE:
                choices = [
                    {**before, step.id: option.id} for before in choices for option in step.options
                ]
        for chosen in choices:
            yield (
                f"{issue.id}/{cause.id} {chosen}",
                [
                    step
                    for step in steps
                    if all(chosen.get(key) in options for key, options in step.chosen.items())
                ],
            )


def hasty(path: list[Step]) -> Iterator[str]:
    """Yield the checks that verify what a step before them brings, without waiting for it."""
    waited = True
    for step in path:
        if step.kind in {StepKind.MANUAL, StepKind.CHANGE}:
            waited = False
        elif step.kind is StepKind.WAIT:
            waited = True
        elif step.kind is StepKind.CHECK and not waited and _verifies(step):
            yield step.id


def _verifies(step: Step) -> bool:
    """Say whether a check wants an answer; one that stops looks at a condition of what follows."""
    expect = step.expect
    return expect is not None and bool(expect.output or expect.absent) and not expect.stop


def test_a_wait_stands_before_each_check_that_verifies() -> None:
    found = [
        f"{name}: {step}"
        for issue in load().issues.values()
        if issue.procedure is not None
        for name, path in paths(issue)
        for step in hasty(path)
    ]
    assert found == []
