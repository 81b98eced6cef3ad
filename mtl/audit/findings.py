"""What an audit says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mtl.published.numbers import Interval

Verdict = Literal["consistent", "inconsistent", "undecidable"]

Check = Literal[
    "delta",
    "mean",
    "mean_rank",
    "repeated",
    "f_score",
    "median",
    "multiple",
    "sorted",
    "copied_std",
    "text",
]


@dataclass(frozen=True)
class CellFinding:
    """One printed number under the finding's convention.

    Attributes:
        row, setting, metric: the cell; for a number in the running text, its id, "" and its unit.
        printed: as it stands on the page.
        feasible: every unrounded value that the printed sources allow, this cell alone; None when
            it cannot be said.
        jointly: the same when the other cells that share an unrounded source are right as well;
            None where nothing is shared.
        nearest: the printable number nearest to the printed one that would be consistent; None for
            a consistent cell, and where there is none.
        words: what is wrong or missing, in one sentence; "" for a consistent cell.
        table: where the cell stands; "" for the finding's own table.
    """

    row: str
    setting: str
    metric: str
    printed: str
    verdict: Verdict
    feasible: Interval | None = None
    jointly: Interval | None = None
    nearest: str | None = None
    words: str = ""
    table: str = ""


@dataclass(frozen=True)
class Finding:
    """The outcome of one check of one column, row pair or number.

    Attributes:
        paper, table: where; the table is "text" for a number in the running text, and the last one
            that prints it for a number printed in several.
        setting: of the column; "" when the check spans several.
        column: the metric that is checked; "" when the check spans several.
        verdict: consistent when it is so under at least one convention.
        convention: the one that `cells` are judged by: the first consistent one, else the one that
            explains most cells. None where there is no choice.
        conventions: every convention tried, with its verdict; empty where there is no choice.
        stated: the convention that the paper itself gives, if any.
        cells: in the order of the table.
        words: the outcome in one or two sentences, complete in themselves.
    """

    paper: str
    table: str
    check: Check
    setting: str
    column: str
    verdict: Verdict
    convention: str | None
    conventions: dict[str, Verdict]
    stated: str | None
    cells: tuple[CellFinding, ...]
    words: str

    @property
    def contradicts_stated(self) -> bool:
        """Whether the formula that the paper gives cannot have produced the column."""
        return self.stated is not None and self.conventions.get(self.stated) == "inconsistent"

    @property
    def decisive(self) -> bool:
        """Whether the numbers tell the convention, just one of several, and the paper does not."""
        found = list(self.conventions.values())
        return found.count("consistent") == 1 < len(found) and self.convention != self.stated

    @property
    def notable(self) -> bool:
        """Whether a reader should look: it is inconsistent, or not by the stated formula."""
        return self.verdict == "inconsistent" or self.contradicts_stated
