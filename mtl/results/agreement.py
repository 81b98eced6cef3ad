"""How far our table agrees with the printed one: order of rows and direction of differences."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Agreement:
    """Agreement over the rows of a table that both have, in one column or over all of them.

    Attributes:
        setting, metric: the column; "" for the whole table, whose counts are sums over columns and
            whose tau is the mean over columns.
        rows: compared.
        tau: Kendall's tau-b between printed and reproduced means; None when a side is constant.
        low, high: 95 % interval over the spread of both sides; None where it cannot be had.
        signs_equal, signs: rows whose difference to the baseline has the printed sign, of those
            whose printed difference is not zero.
        orders_equal, orders: pairs of rows in the printed order, of those not printed as equal.
    """

    setting: str
    metric: str
    rows: tuple[str, ...]
    tau: float | None
    low: float | None
    high: float | None
    signs_equal: int
    signs: int
    orders_equal: int
    orders: int


@dataclass(frozen=True)
class TableAgreement:
    """The agreement of a table, with what our numbers are made of.

    Attributes:
        columns: one for each column that has printed numbers.
        total: over all of them.
        source_labels, scale, n_seeds: of the reproduced side.
    """

    paper: str
    table: str
    columns: tuple[Agreement, ...]
    total: Agreement
    source_labels: tuple[str, ...]
    scale: str
    n_seeds: int
