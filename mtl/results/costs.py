"""What the rows of a table cost: parameters and multiply-accumulates, ours and the printed ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mtl.errors import MtlError
from mtl.published.table import MACS, MULTIPLES, PARAMETERS, PublishedTable

if TYPE_CHECKING:
    from mtl.results.records import Record


@dataclass(frozen=True)
class Counts:
    """What a network costs.

    Attributes:
        width: channels of the host's first stage.
        image: (channels, height, width) of the image that `macs` are counted for.
        parameters_total: learnable parameters that some task uses.
        parameters_active: those that one task uses.
        parameters_registered: `parameters_total`, and those that the method's public code holds
            without using them.
        macs: multiply-accumulates of one forward pass.
    """

    width: int
    image: tuple[int, int, int]
    parameters_total: int
    parameters_active: int
    parameters_registered: int
    macs: int


@dataclass(frozen=True)
class PrintedCost:
    """A cost as a paper prints it.

    Attributes:
        column: its name in the file of printed numbers.
        unit: that of the column there, a key of `mtl.published.table.MULTIPLES`.
    """

    column: str
    text: str
    unit: str


@dataclass(frozen=True)
class Costs:
    """What a row costs in a setting.

    Attributes:
        profile: of the network that the full scale trains, which tables print; None without runs.
        trained: of the network that the runs trained; None without runs.
        printed_parameters, printed_macs: None where the paper prints none.
    """

    profile: Counts | None
    trained: Counts | None
    printed_parameters: PrintedCost | None
    printed_macs: PrintedCost | None


def costs_of(
    record: Record | None, printed: PublishedTable | None, row: str, setting: str
) -> Costs:
    """The costs of a row in a setting.

    Args:
        record: any of its records, all of which have the same counts; None without runs.
        printed: the numbers of the paper, if the table has some.

    Raises:
        MtlError: when the paper's costs are in a unit that is no multiple of one.
    """
    profile = trained = None
    if record is not None:
        profile = _counts(record.profile, record.profile["width"])
        trained = _counts(record.counts, record.identity["spec"]["model"]["width"])
    return Costs(
        profile=profile,
        trained=trained,
        printed_parameters=_printed(printed, row, setting, (PARAMETERS,)),
        printed_macs=_printed(printed, row, setting, MACS),
    )


def _counts(counts: Mapping[str, Any], width: int) -> Counts:
    channels, height, columns = counts["macs_input"]
    return Counts(
        width=width,
        image=(channels, height, columns),
        parameters_total=counts["parameters_total"],
        parameters_active=counts["parameters_active"],
        parameters_registered=counts["parameters_registered"],
        macs=counts["macs"],
    )


def _printed(
    table: PublishedTable | None, row: str, setting: str, columns: tuple[str, ...]
) -> PrintedCost | None:
    """The first of the columns that has a number in the setting, or for all settings."""
    if table is None:
        return None
    for column in columns:
        number = table.find(row, setting, column) or table.find(row, "", column)
        if number is not None:
            unit = table.header.columns[column].unit
            if unit not in MULTIPLES:
                where = f"{table.path}: columns.{column}.unit"
                raise MtlError(f"{where}: expected {' or '.join(MULTIPLES)}, found '{unit}'")
            return PrintedCost(column, number.mean, unit)
    return None
