"""What a file of printed numbers says of itself before its first number."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mtl.config.models import Count, Identifier, Model, sequence_of

Convention = Literal[
    "metrics",
    "tasks",
    "primary",
    "metrics_inverted",
    "tasks_inverted",
    "primary_inverted",
]
"""The means of `mtl.metrics.delta`, each also with its sign turned round, as papers state them."""


class Derived(Model):
    """How a column follows from others of the same row."""

    kind: Literal["delta", "mean", "mean_rank"]
    of: sequence_of(Identifier) = Field(min_length=1, description="the columns it follows from")  # type: ignore[valid-type]
    stated: Convention | None = Field(
        None, description="of delta: the convention of the formula that the paper gives"
    )


class Column(Model):
    """A column of numbers."""

    label: str = Field(description="as printed")
    unit: str = Field(description="percent, points, million, radian, ...")
    digits: int | Literal["mixed"] = Field(
        description="decimals printed; 'mixed' where they differ from cell to cell"
    )
    direction: Literal["higher", "lower"] = Field(description="which is better")
    task: Identifier | None = Field(None, description="the task that it measures")
    primary: bool = Field(False, description="the task's one metric in the convention 'primary'")
    derived: Derived | None = Field(None, description="absent for a measured column")

    @property
    def sign(self) -> int:
        """+1 when higher is better, -1 when lower is."""
        return 1 if self.direction == "higher" else -1


class FScore(Model):
    """A mean of F-scores is at most the harmonic mean of mean precision and mean recall."""

    f_score: Identifier
    precision: Identifier
    recall: Identifier


class Median(Model):
    """A median lies below a threshold if and only if more than half of the cases do."""

    median: Identifier
    shares: dict[Identifier, float] = Field(
        min_length=1, description="column with the percentage of cases below, and the threshold"
    )


class Multiple(Model):
    """A cell that is a whole multiple of another row's."""

    column: Identifier
    row: Identifier
    of: Identifier
    factor: Count
    why: str


class Checks(Model):
    """Relations between printed columns other than a formula."""

    f_score: FScore | None = None
    median: Median | None = None
    multiples: sequence_of(Multiple) = ()  # type: ignore[valid-type]
    sorted_by: Identifier | None = Field(
        default=None, description="rows are printed in its rising order"
    )


class Repeat(Model):
    """A row that another table prints under another name."""

    row: Identifier
    setting: str = Field(description="one of the settings")
    name: Identifier = Field(description="its name there")


class Header(Model):
    """Everything about a printed table but its numbers."""

    paper: Identifier
    table: Identifier = Field(description="equal to the file's name")
    title: str
    source: str = Field(description="paper, table, page or section")
    n: Count | None = Field(None, description="runs behind each mean, if the paper says so")
    baseline: Identifier | None = Field(None, description="row that delta columns refer to")
    settings: dict[Identifier, str] = Field({}, description="blocks of columns or rows; label")
    rows: dict[Identifier, str] = Field(min_length=1, description="label as printed, in order")
    columns: dict[Identifier, Column] = Field(min_length=1)
    checks: Checks = Checks()
    repeats: sequence_of(Repeat) = ()  # type: ignore[valid-type]
    notes: sequence_of(str) = Field((), description="what a reader of the numbers must know")  # type: ignore[valid-type]
