"""The shape of a knowledge file: `knowledge/issues/<id>.yaml`, one known issue each.

The structs are the format: files are checked against them, and the published JSON Schema is made
from them. `docs/writing-knowledge.md` explains the format to authors.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from msgspec import Meta, Struct

from knowledge.finding import Severity
from knowledge.text import Text

Id = Annotated[str, Meta(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=64)]
Seconds = Annotated[int, Meta(ge=1, le=86_400)]


class _Data(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", omit_defaults=True):
    """Base of everything in a file: unknown fields are errors, `many_words` is `many-words`."""


class Risk(StrEnum):
    """What a command may do to the cluster, least first."""

    READ = "read"
    CHANGE = "change"
    DISRUPTIVE = "disruptive"
    """Restarts Velero or its agents: running backups and restores fail."""
    DESTRUCTIVE = "destructive"
    """Deletes something that nothing brings back by itself."""

    @property
    def rank(self) -> int:
        """Return 0 for read up to 3 for destructive."""
        return list(Risk).index(self)


class Affects(_Data, frozen=True):
    """Version ranges (`>=1.1 <1.4`); a product that is not named does not matter."""

    oadp: str = ""
    velero: str = ""
    openshift: str = ""


class Reference(_Data, frozen=True):
    """Where a claim comes from."""

    url: Annotated[str, Meta(pattern="^https://")]
    title: str


class Consequence(_Data, frozen=True):
    """What a cause follows from, where that was found too."""

    of: Annotated[str, Meta(pattern=r"^(\*|[a-z0-9-]+(/[a-z0-9-]+)?)$")]
    """`issue`, `issue/cause`, or `*` for any other finding."""
    same: tuple[str, ...] = ()
    """Bindings for which both must have a value in common."""


class Cause(_Data, frozen=True):
    """One cause of an issue, with its own proof."""

    id: Id
    title: Text
    explain: Text
    """What happens and why, in Markdown."""
    when: Any = None
    """The proof: an expression over facts (`knowledge.expression`). All of it read and true:
    confirmed. Some of it unknown but something of it seen: likely. Missing: nothing that can be
    read proves this cause, only `likely` can hold."""
    likely: Any = None
    """A weaker expression: the signature alone. Reported as likely unless `unless` holds."""
    unless: Any = None
    """What rules the cause out."""
    missing: Text | None = None
    """What would prove the cause where only `likely` holds."""
    per: tuple[str, ...] = ()
    """Bindings that make findings of their own: `[bsl]` gives one finding for each BSL."""
    subject: tuple[str, ...] = ()
    """Facts whose objects are the subjects; default: all objects of the evidence."""
    severity: Severity | None = None
    """Default: the issue's."""
    benign: bool = False
    """Known noise: the verdict is benign instead of confirmed."""
    consequence_of: tuple[Consequence, ...] = ()
    """What it follows from: such a finding, where there is one and it is at least as sure, stands
    above this one as its root."""
    unexplained: tuple[str, ...] = ()
    """A catch-all: reported only where no other finding binds the same values for these names."""


class Choose(_Data, frozen=True):
    """Where the values of an input come from when evidence does not give one."""

    kind: str
    path: str = "metadata.name"
    where: tuple[dict[str, Any], ...] = ()
    """Conditions as in the `object` primitive."""


class Input(_Data, frozen=True):
    """A value that steps use as `${name}`."""

    title: Text
    pattern: str = r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?"
    """The whole value must match; the default is a Kubernetes object name."""
    binding: str = ""
    """The binding of the finding that fills it; default: the input's own name."""
    choose: Choose | None = None
    default: str = ""
    """A value, which may use other inputs as `${name}`, and `${namespace}`, `${stamp}`."""
    typed: bool = False
    """True: nothing fills it, the person types it. A step that needs it waits for it."""
    optional: bool = False
    """True: a step whose command needs it is skipped while it is empty. Only for values that some
    findings do not have; never for one that a person must decide on."""


class StepKind(StrEnum):
    """What a step is."""

    EXPLAIN = "explain"
    CHOOSE = "choose"
    CHECK = "check"
    CHANGE = "change"
    WAIT = "wait"
    MANUAL = "manual"


class Expect(_Data, frozen=True):
    """What a check's command must answer."""

    exit: int | None = 0
    """Exit code; null: any."""
    output: str = ""
    """A regular expression found in the output (stdout and stderr)."""
    absent: str = ""
    """A regular expression that must not be found."""
    good: Text | None = None
    """What it means when it is as expected."""
    bad: Text | None = None
    """What it means when it is not, and what to do."""
    stop: bool = False
    """True: do not go on with the procedure when it is not as expected."""


class Undo(_Data, frozen=True):
    """How to take a change back: a command, or a sentence on why it can't be."""

    note: Text
    run: tuple[Any, ...] = ()
    stdin: dict[str, Any] | None = None


class Option(_Data, frozen=True):
    """One way to go on, in a `choose` step."""

    id: Id
    title: Text
    why: Text
    recommended: Any = None
    """An expression over facts (or `true`): recommended when it holds."""
    when: Any = None
    """An expression over facts: offered only when it holds (or is unknown)."""


class Step(_Data, frozen=True):
    """One step of a procedure."""

    id: Id
    kind: StepKind
    title: Text
    why: Text
    """What it does and why, in Markdown. For `manual`: exactly what to do, and who does it."""
    causes: tuple[str, ...] = ()
    """Only for these causes; default: all."""
    chosen: dict[str, tuple[str, ...]] = {}
    """`{step: [option, ...]}`: only if one of these options was taken in that `choose` step."""
    run: tuple[Any, ...] = ()
    """Arguments of `oc`, without `oc`, `--context` and `-n`. A string may use `${input}`; a
    mapping or list becomes one argument of compact JSON."""
    stdin: dict[str, Any] | None = None
    """A manifest for `-f -`; its strings may use `${input}`."""
    namespace: str = "${namespace}"
    """The namespace of the command; empty for cluster-scoped commands and `-A`."""
    risk: Risk = Risk.READ
    """At least what the verb table says; a lower claim is an error."""
    expect: Expect | None = None
    undo: Undo | None = None
    until: Any = None
    """`wait`: an expression over facts that must become true."""
    within: Seconds = 120
    """`wait`: seconds until it is given up. Commands: the time limit."""
    usually: Annotated[int, Meta(ge=0, le=86_400)] | None = None
    """Seconds that the step usually takes, for the plan; default: by its kind."""
    assumes: Any = None
    """`change`: an expression over facts that must hold for the command to run, judged again at
    the moment of confirming. False: it does not run. Unknown: the person is told, and decides."""
    assumption: Text | None = None
    """What is assumed, in one sentence; said when it does not hold any more."""
    skip: Any = None
    """An expression over facts: the step is not needed when it holds."""
    skipped: Text | None = None
    """What to say when it is not needed."""
    options: tuple[Option, ...] = ()


class Procedure(_Data, frozen=True):
    """The way from a finding to a verified fix."""

    steps: tuple[Step, ...]
    inputs: dict[str, Input] = {}
    causes: tuple[str, ...] = ()
    """The causes it is for; default: all."""


class Finds(_Data, frozen=True):
    """What a positive example must give."""

    cause: str
    verdict: str


class Example(_Data, frozen=True):
    """A piece of a cluster that the issue's rules run over, as a test of the file itself."""

    name: str
    finds: tuple[Finds, ...] = ()
    """Positive: exactly these findings of this issue. Negative: empty."""
    also: tuple[str, ...] = ()
    """`issue/cause` of other issues that the example truly confirms as well."""
    logs: dict[str, str] = {}
    """Log group -> text of its log."""
    objects: tuple[dict[str, Any], ...] | None = None
    """Missing: no object could be read (as in `scan`). Given: everything was read, this is all."""
    unread: tuple[str, ...] = ()
    """Kinds that could not be read."""
    now: str = ""
    """RFC 3339; default: 2025-07-01T12:00:00Z."""


class Examples(_Data, frozen=True):
    """Positive and negative examples."""

    positive: tuple[Example, ...] = ()
    negative: tuple[Example, ...] = ()


class Issue(_Data, frozen=True):
    """One known issue."""

    id: Id
    title: Text
    summary: Text
    """One or two sentences: what is seen."""
    cause: Text
    """What is behind it, in Markdown."""
    severity: Severity
    sources: tuple[Reference, ...]
    facts: dict[str, dict[str, Any]]
    """Name -> `says` and exactly one primitive (`knowledge.primitives`)."""
    causes: tuple[Cause, ...]
    examples: Examples = Examples()
    notes: Text | None = None
    """What else to know; what the vendor's text gets wrong."""
    affects: Affects = Affects()
    procedure: Procedure | None = None
    keywords: tuple[str, ...] = ()
    """More words to find it by, in any language."""
    related: tuple[str, ...] = ()
    """Ids of related issues."""

    def has_procedure(self, cause: str) -> bool:
        """Return whether there is a procedure for `cause`."""
        return self.procedure is not None and (
            not self.procedure.causes or cause in self.procedure.causes
        )

    def cause_by_id(self, cause: str) -> Cause | None:
        """Return the cause with that id, if there is one."""
        return next((each for each in self.causes if each.id == cause), None)
