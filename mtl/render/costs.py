"""The columns of parameters and multiply-accumulates as they are printed, and what is said of them.

Printed is the network that the full scale trains, at the image size of the paper's counts, so that
our numbers can stand beside the paper's. What was really trained may be smaller; the CSV has both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from mtl.published.table import MULTIPLES
from mtl.render import numbers

if TYPE_CHECKING:
    from mtl.results.aggregate import Row, TableData
    from mtl.results.costs import Counts, PrintedCost

_LETTERS = {"million": "M", "billion": "G"}


@dataclass(frozen=True)
class CostColumn:
    """A column of costs.

    Attributes:
        count: which of `mtl.results.costs.Counts` it shows.
        over: the heading above it, which neighbours may share; "" where a group's heading stands.
        label: the heading.
        unit: "million" or "billion", as the paper prints it.
    """

    count: str
    over: str
    label: str
    unit: str


@dataclass(frozen=True)
class CostBlock:
    """The columns of one setting's costs."""

    setting: str
    columns: tuple[CostColumn, ...]

    @property
    def headings(self) -> tuple[tuple[str, int], ...]:
        """The upper headings, each with the number of columns below it."""
        runs = groupby(column.over for column in self.columns)
        return tuple((over, len(list(run))) for over, run in runs)


@dataclass(frozen=True)
class Cost:
    """What one cell of costs prints.

    Attributes:
        value: the count, by which columns sort; None without runs.
        text: an em dash without runs.
        published: as the paper prints it; None in columns that the paper lacks.
    """

    value: int | None
    text: str
    published: str | None


def cost_block(rows: Sequence[Row], setting: str, inside: bool) -> CostBlock:
    """The columns of a setting's costs.

    All parameters and those that one task uses are one column where they are the same.

    Args:
        inside: whether the columns stand in the setting's group instead of before all groups.
    """
    costs = [row.costs[setting] for row in rows]
    parameters = _unit([cost.printed_parameters for cost in costs])
    macs = _unit([cost.printed_macs for cost in costs])
    p, m = f"#P ({_LETTERS[parameters]})", f"({_LETTERS[macs]})"
    profiles = [cost.profile for cost in costs if cost.profile is not None]
    if all(one.parameters_total == one.parameters_active for one in profiles):
        labels = [("parameters_total", "", p), ("macs", "", f"MACs {m}")]
    elif inside:
        labels = [
            ("parameters_total", "", p), ("parameters_active", "", "active"),
            ("macs", "", f"MACs {m}"),
        ]  # fmt: skip
    else:
        labels = [
            ("parameters_total", p, "all"), ("parameters_active", p, "active"), ("macs", "MACs", m)
        ]  # fmt: skip
    return CostBlock(
        setting,
        tuple(
            CostColumn(count, over, label, macs if count == "macs" else parameters)
            for count, over, label in labels
        ),
    )


def _unit(printed: Sequence[PrintedCost | None]) -> str:
    """The unit of a column: the one in which the paper prints it, else millions."""
    return next((cost.unit for cost in printed if cost is not None), "million")


def cost_entries(rows: Sequence[Row], block: CostBlock) -> list[tuple[Cost, ...]]:
    """The cells of a block for each row; counts of one kind share their decimals."""
    kinds = {"macs": [column for column in block.columns if column.count == "macs"]}
    kinds["parameters"] = [column for column in block.columns if column.count != "macs"]
    digits = {
        column.count: numbers.column_digits(
            [_scaled(_count(row, block.setting, one.count), one.unit) for row in rows for one in of]
        )
        for of in kinds.values()
        for column in of
    }
    return [
        tuple(_cost(row, block.setting, column, digits[column.count]) for column in block.columns)
        for row in rows
    ]


def _count(row: Row, setting: str, count: str) -> int | None:
    profile = row.costs[setting].profile
    return None if profile is None else int(getattr(profile, count))


def _scaled(count: int | None, unit: str) -> float | None:
    """The count such that its millions are multiples of the unit."""
    return None if count is None else count * MULTIPLES["million"] / MULTIPLES[unit]


def _cost(row: Row, setting: str, column: CostColumn, digits: int) -> Cost:
    costs, count = row.costs[setting], _count(row, setting, column.count)
    printed = {"parameters_total": costs.printed_parameters, "macs": costs.printed_macs}
    cost = printed.get(column.count)
    text = None
    if cost is not None:
        text = cost.text if cost.unit == column.unit else f"{cost.text} {_LETTERS[cost.unit]}"
    return Cost(
        value=count,
        text=numbers.millions(_scaled(count, column.unit), digits) or numbers.MISSING,
        published=text,
    )


def cost_legend(data: TableData) -> tuple[str, ...]:
    """What #P and MACs are, and of which networks."""
    shown = list(_shown(data))
    split = any(one.parameters_total != one.parameters_active for _, _, one in shown)
    used = ", all of them and those that one task uses" if split else ""
    networks = _networks(data, shown)
    of = f", both of the network at {networks}" if networks else ""
    return (
        f"#P: learnable parameters{used}",
        f"MACs: multiply-accumulates of one forward pass{of}",
    )


def _shown(data: TableData) -> Iterator[tuple[Row, str, Counts]]:
    """Rows, settings and counts that are printed."""
    for setting in data.cost_settings:
        for row in data.rows:
            profile = row.costs[setting].profile
            if profile is not None:
                yield row, setting, profile


def _size(counts: Counts) -> str:
    return f"width {counts.width} for images of {_pixels(counts)} pixels"


def _pixels(counts: Counts) -> str:
    _, height, width = counts.image
    return f"{height} × {width}"


def _networks(data: TableData, shown: Sequence[tuple[Row, str, Counts]]) -> str:
    """The size of the networks; with the groups or rows that have it, where it is not the same."""
    if len({_size(counts) for _, _, counts in shown}) <= 1:
        return "".join({_size(counts) for _, _, counts in shown})
    groups = {group.setting: group.label for group in data.groups}
    places: dict[str, list[str]] = {}
    for setting in data.cost_settings:
        sizes = {row.label: _size(counts) for row, where, counts in shown if where == setting}
        several = len(data.cost_settings) > 1
        if several and len(set(sizes.values())) == 1:
            sizes = {groups[setting]: next(iter(sizes.values()))}
        elif several:
            sizes = {f"{label} in {groups[setting]}": size for label, size in sizes.items()}
        for label, size in sizes.items():
            places.setdefault(size, []).append(label)
    return " and ".join(f"{size} ({', '.join(labels)})" for size, labels in places.items())


def cost_notes(data: TableData) -> list[str]:
    """Complete sentences on what the columns of costs do not show."""
    return [*_differing(data), *_trained(data), *_unused(data)]


def _differing(data: TableData) -> Iterator[str]:
    """Costs that stand once, though they differ between the groups."""
    groups = {group.setting: group.label for group in data.groups}
    if data.costs == "each":
        return
    for row in data.rows:
        profiles = [costs.profile for costs in row.costs.values() if costs.profile is not None]
        counts = {(one.parameters_total, one.parameters_active, one.macs) for one in profiles}
        if len(counts) > 1:
            [shown] = data.cost_settings
            yield f"#P and MACs differ between settings; shown are those of {groups[shown]}."
            return


def _trained(data: TableData) -> Iterator[str]:
    """That the trained networks are not those whose costs are shown."""
    pairs = [
        (row.label, costs.profile, costs.trained)
        for row in data.rows
        for costs in row.costs.values()
        if costs.profile is not None and costs.trained is not None
    ]
    others = [(label, shown, own) for label, shown, own in pairs if shown != own]
    if not others:
        return
    facts = []
    if any(shown.width != own.width for _, shown, own in others):
        facts.append(f"have width {_listed(str(own.width) for _, _, own in others)}")
    if any(shown.image != own.image for _, shown, own in others):
        facts.append(f"take images of {_listed(_pixels(own) for _, _, own in others)} pixels")
    if not facts:
        facts.append(f"have other options ({_listed(label for label, _, _ in others)})")
    narrower = all(own.width < shown.width for _, shown, own in others)
    yield (
        f"The trained networks are {'narrower' if narrower else 'others'}: they "
        f"{' and '.join(facts)}; their own counts are in the CSV file."
    )


def _listed(texts: Iterator[str]) -> str:
    return ", ".join(dict.fromkeys(texts))


def _unused(data: TableData) -> Iterator[str]:
    """Parameters that a method's public code holds but never uses, which #P leaves out."""
    groups = {group.setting: group.label for group in data.groups}
    found: dict[str, list[str]] = {}
    for row, setting, one in _shown(data):
        unused = one.parameters_registered - one.parameters_total
        if unused > 0:
            place = f" ({groups[setting]})" if len(data.cost_settings) > 1 else ""
            registered, dead = _millions(one.parameters_registered), _millions(unused)
            found.setdefault(row.label, []).append(
                f"{registered} parameters, of which {dead} are never used{place}"
            )
    for label, facts in found.items():
        yield (
            f"{label}: its public code registers {', and '.join(facts)}; #P counts those that "
            "are used."
        )


def _millions(count: int) -> str:
    return f"{numbers.millions(count, numbers.column_digits([count]))}M"
