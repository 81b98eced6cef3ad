"""The kinds of tests that claims are made of; each turns its fields into contrasts.

"Better" means higher, or lower for a column where lower is better. A new kind is one class with a
`kind`, its fields and `contrasts`, added to `KINDS`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from mtl.claims.contrasts import Cell, Contrast, contrast
from mtl.claims.vocabulary import Vocabulary
from mtl.config.models import Identifier, Model

Names = Annotated[tuple[Identifier, ...], Field(strict=False, min_length=1)]
Sequel = Annotated[tuple[Identifier, ...], Field(strict=False, min_length=2)]
Columns = Annotated[
    dict[Identifier, Names], Field(min_length=1, description="setting to its metrics")
]


class Better(Model):
    """Each of some rows is better than each of others."""

    kind: Literal["better"]
    rows: Names
    than: Names
    columns: Columns
    margin: float = Field(
        0.0, description="by more than so much, in printed units; negative: worse by less than that"
    )

    def contrasts(self, words: Vocabulary) -> Iterator[Contrast]:
        """One for each pair of rows and column."""
        for setting, metric in _columns(self.columns):
            for row, other in itertools.product(self.rows, self.than):
                a, b = Cell(row, setting, metric), Cell(other, setting, metric)
                text = (
                    f"{words.row(row)} {_by(words, metric, self.margin)} {words.row(other)}, "
                    f"{words.quantity(metric).label}, {words.setting(setting)}"
                )
                yield _difference(words, text, a, b, self.margin)


class BetterOnAverage(Model):
    """The mean of some rows is better than the mean of others."""

    kind: Literal["better_on_average"]
    rows: Names
    called: str = Field(description="the rows, in words")
    than: Names
    than_called: str = Field(description="the others, in words")
    columns: Columns

    def contrasts(self, words: Vocabulary) -> Iterator[Contrast]:
        """One for each column."""
        for setting, metric in _columns(self.columns):
            quantity = words.quantity(metric)
            for row in (*self.rows, *self.than):
                words.row(row)
            text = (
                f"mean of {self.called} {_side(quantity.sign)} that of {self.than_called}, "
                f"{quantity.label}, {words.setting(setting)}"
            )
            terms = (
                (Cell(row, setting, metric), Fraction(quantity.sign * sign, len(rows)))
                for rows, sign in ((self.rows, 1), (self.than, -1))
                for row in rows
            )
            yield contrast(text, terms)


class Place(Model):
    """A row in a setting."""

    row: Identifier
    setting: Identifier


class BetterAcross(Model):
    """A row in one setting is better than a row in another setting."""

    kind: Literal["better_across"]
    cell: Place
    than: Place
    metrics: Names
    margin: float = Field(0.0, description="as in the kind 'better'")

    def contrasts(self, words: Vocabulary) -> Iterator[Contrast]:
        """One for each metric."""
        for metric in self.metrics:
            a = Cell(self.cell.row, self.cell.setting, metric)
            b = Cell(self.than.row, self.than.setting, metric)
            text = (
                f"{_place(words, a)} {_by(words, metric, self.margin)} {_place(words, b)}, "
                f"{words.quantity(metric).label}"
            )
            yield _difference(words, text, a, b, self.margin)


class BetterAcrossByShare(Model):
    """A row in one setting is better than a row in another by more than a share of its value."""

    kind: Literal["better_across_by_share"]
    cell: Place
    than: Place
    metrics: Names
    percent: float = Field(gt=-100, lt=100, description="as in the kind 'better_by_share'")

    def contrasts(self, words: Vocabulary) -> Iterator[Contrast]:
        """One for each metric."""
        for metric in self.metrics:
            a = Cell(self.cell.row, self.cell.setting, metric)
            b = Cell(self.than.row, self.than.setting, metric)
            by = _by(words, metric, self.percent, " %")
            text = f"{_place(words, a)} {by} {_place(words, b)}, {words.quantity(metric).label}"
            yield _share(words, text, a, b, self.percent)


class BetterByShare(Model):
    """Each of some rows is better than each of others by more than a share of their value."""

    kind: Literal["better_by_share"]
    rows: Names
    than: Names
    columns: Columns
    percent: float = Field(
        gt=-100,
        lt=100,
        description="of the other row's value; negative: worse by less than that",
    )

    def contrasts(self, words: Vocabulary) -> Iterator[Contrast]:
        """One for each pair of rows and column."""
        for setting, metric in _columns(self.columns):
            for row, other in itertools.product(self.rows, self.than):
                text = (
                    f"{words.row(row)} {_by(words, metric, self.percent, ' %')} "
                    f"{words.row(other)}, {words.quantity(metric).label}, {words.setting(setting)}"
                )
                a, b = Cell(row, setting, metric), Cell(other, setting, metric)
                yield _share(words, text, a, b, self.percent)


class Beyond(Model):
    """Each of some rows is better than a number."""

    kind: Literal["beyond"]
    rows: Names
    columns: Columns
    value: float = Field(description="in printed units")

    def contrasts(self, words: Vocabulary) -> Iterator[Contrast]:
        """One for each row and column."""
        for setting, metric in _columns(self.columns):
            quantity = words.quantity(metric)
            for row in self.rows:
                text = (
                    f"{words.row(row)} {_side(quantity.sign)} {self.value:g}, {quantity.label}, "
                    f"{words.setting(setting)}"
                )
                terms = ((Cell(row, setting, metric), quantity.sign),)
                yield contrast(text, terms, -quantity.sign * _exact(self.value))


class Ordered(Model):
    """Rows are ordered, each better than the next."""

    kind: Literal["ordered"]
    rows: Sequel
    columns: Columns

    def contrasts(self, words: Vocabulary) -> Iterator[Contrast]:
        """One for each pair of neighbours and column."""
        for row, following in itertools.pairwise(self.rows):
            pair = Better(
                kind="better", rows=(row,), than=(following,), columns=self.columns, margin=0.0
            )
            yield from pair.contrasts(words)


class GainGrows(Model):
    """The lead of a row over another grows from each setting to the next."""

    kind: Literal["gain_grows"]
    row: Identifier
    over: Identifier
    settings: Sequel
    metrics: Names

    def contrasts(self, words: Vocabulary) -> Iterator[Contrast]:
        """One for each pair of neighbouring settings and metric: a difference of differences."""
        for metric in self.metrics:
            quantity = words.quantity(metric)
            for first, second in itertools.pairwise(self.settings):
                text = (
                    f"lead of {words.row(self.row)} over {words.row(self.over)}, "
                    f"{quantity.label}: {words.setting(second)} above {words.setting(first)}"
                )
                terms = (
                    (Cell(row, setting, metric), quantity.sign * by_row * by_setting)
                    for row, by_row in ((self.row, 1), (self.over, -1))
                    for setting, by_setting in ((second, 1), (first, -1))
                )
                yield contrast(text, terms)


class ScalesBetter(Model):
    """From each setting to the next, some rows improve more, or lose less, than others do."""

    kind: Literal["scales_better"]
    rows: Names
    than: Names
    settings: Sequel
    metrics: Names

    def contrasts(self, words: Vocabulary) -> Iterator[Contrast]:
        """One for each pair of rows, pair of neighbouring settings and metric."""
        for metric in self.metrics:
            quantity = words.quantity(metric)
            for first, second in itertools.pairwise(self.settings):
                for row, other in itertools.product(self.rows, self.than):
                    text = (
                        f"change of {words.row(row)} above that of {words.row(other)}, "
                        f"{quantity.label}, {words.setting(first)} to {words.setting(second)}"
                    )
                    terms = (
                        (Cell(name, setting, metric), quantity.sign * by_row * by_setting)
                        for name, by_row in ((row, 1), (other, -1))
                        for setting, by_setting in ((second, 1), (first, -1))
                    )
                    yield contrast(text, terms)


class Trend(Model):
    """A column gets better along a quantity of the rows: the least-squares slope is positive."""

    kind: Literal["trend"]
    along: str = Field(description="the quantity, in words")
    values: dict[Identifier, float] = Field(min_length=2, description="row to the quantity")
    columns: Columns

    def contrasts(self, words: Vocabulary) -> Iterator[Contrast]:
        """One for each column; its unit is the column's for one unit of the quantity."""
        exact = {row: _exact(value) for row, value in self.values.items()}
        centre = sum(exact.values(), Fraction(0)) / len(exact)
        square = sum(((value - centre) ** 2 for value in exact.values()), Fraction(0))
        for setting, metric in _columns(self.columns):
            quantity = words.quantity(metric)
            for row in exact:
                words.row(row)
            rising = "rising" if quantity.sign > 0 else "falling"
            text = f"{quantity.label} {rising} with {self.along}, {words.setting(setting)}"
            terms = (
                (Cell(row, setting, metric), quantity.sign * (value - centre) / (square or 1))
                for row, value in exact.items()
            )
            yield contrast(text, terms)


Test = Annotated[
    Better
    | BetterOnAverage
    | BetterAcross
    | BetterAcrossByShare
    | BetterByShare
    | Beyond
    | Ordered
    | GainGrows
    | ScalesBetter
    | Trend,
    Field(discriminator="kind"),
]

KINDS: dict[str, type[Model]] = {
    "better": Better,
    "better_on_average": BetterOnAverage,
    "better_across": BetterAcross,
    "better_across_by_share": BetterAcrossByShare,
    "better_by_share": BetterByShare,
    "beyond": Beyond,
    "ordered": Ordered,
    "gain_grows": GainGrows,
    "scales_better": ScalesBetter,
    "trend": Trend,
}


def _exact(number: float) -> Fraction:
    """The decimal number that was written, not its nearest binary fraction."""
    return Fraction(str(number))


def _columns(columns: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    for setting, metrics in columns.items():
        for metric in metrics:
            yield setting, metric


def _side(sign: int) -> str:
    return "above" if sign > 0 else "below"


def _by(words: Vocabulary, metric: str, margin: float, unit: str = "") -> str:
    """Where the better one lies: "above", "more than 3 above", "at most 3 below"."""
    sign = words.quantity(metric).sign
    if margin < 0:
        return f"less than {-margin:g}{unit} {_side(-sign)}"
    return f"more than {margin:g}{unit} {_side(sign)}" if margin else _side(sign)


def _place(words: Vocabulary, cell: Cell) -> str:
    return f"{words.row(cell.row)} ({words.setting(cell.setting)})"


def _difference(words: Vocabulary, text: str, a: Cell, b: Cell, margin: float) -> Contrast:
    sign = words.quantity(a.metric).sign
    return contrast(text, ((a, sign), (b, -sign)), -_exact(margin))


def _share(words: Vocabulary, text: str, a: Cell, b: Cell, percent: float) -> Contrast:
    sign = words.quantity(a.metric).sign
    return contrast(text, ((a, Fraction(sign)), (b, -sign - _exact(percent) / 100)))
