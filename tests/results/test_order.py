"""The order of rows, on rows made by hand."""

from __future__ import annotations

from mtl.config.models import Order
from mtl.results.aggregate import Row
from mtl.results.order import ordered
from tests.render import fabricate

ORDER = Order(setting="celeba8", metric="recall")


def _row(name: str, *values: float, in_paper: bool = True) -> Row:
    return fabricate.row(name, name, [fabricate.cell(name, "recall", values)], in_paper=in_paper)


def _names(*rows: Row, order: Order | None = ORDER) -> str:
    return "".join(row.id for row in ordered(rows, order, "b"))


def test_rising_then_missing_then_the_baseline() -> None:
    rows = (_row("b", 0.1), _row("x"), _row("h", 0.9), _row("l", 0.2), _row("m", 0.4, 0.6))
    assert _names(*rows) == "lmhxb"


def test_equal_rows_keep_their_places() -> None:
    assert _names(_row("d", 0.5), _row("c", 0.5), _row("a", 0.4), _row("e", 0.5)) == "adce"


def test_rows_that_the_paper_lacks_stay_behind() -> None:
    rows = (_row("z", 0.3, in_paper=False), _row("y", 0.1, in_paper=False), _row("h", 0.9))
    assert _names(*rows, _row("b", 0.2)) == "hbyz"


def test_without_an_order_rows_stand_as_listed() -> None:
    rows = (_row("b", 0.9), _row("a", 0.1), _row("x"))
    assert _names(*rows, order=None) == "bax"
