from __future__ import annotations

from pathlib import Path

import pytest

from mtl.errors import MtlError
from mtl.published.numbers import Published
from mtl.published.table import load_tables
from mtl.published.text import Address, PublishedText, load_text
from tests.published.files import TABLE, changed, write

BASE = "table_9/hard_sharing/celeba8/precision"
TEXT = f"""\
# paper: etr_nlp
# title: Numbers in the text
# source: section 4
id,value,unit,relation,cells,section,quote
gain,+4.3,points,difference,table_9/etr/celeba8/precision {BASE},4,+4.3
size,8,million,equals,table_9/etr/celeba40/parameters,4,only 8M
lost,60,percent,equals,table_9/etr/celeba8/recall,4,a recall of 60
kernel,3,percent,alone,,5,3% higher
"""


def load(folder: Path, text: str = TEXT) -> PublishedText:
    write(folder, "etr_nlp/table_9.csv", TABLE)
    return load_text(write(folder, "etr_nlp/text.csv", text), load_tables(folder))


def test_numbers_with_the_cells_that_they_follow_from(tmp_path: Path) -> None:
    gain, size, lost, kernel = load(tmp_path).numbers
    assert (gain.id, gain.value, gain.unit) == ("gain", Published("+4.3", None), "points")
    assert (gain.relation, gain.section, gain.quote) == ("difference", "4", "+4.3")
    assert gain.cells == (
        Address("table_9", "etr", "celeba8", "precision"),
        Address("table_9", "hard_sharing", "celeba8", "precision"),
    )
    assert str(size.cells[0]) == "table_9/etr/celeba40/parameters"
    assert lost.cells[0].metric == "recall"
    assert kernel.cells == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("kernel,3", "gain,3", r":8: 'gain' is given twice"),
        ("kernel,3,", "kernel,three,", r":8: 'value' must be a decimal number"),
        ("3% higher", "", r":8: quote must not be empty"),
        ("kernel,3,percent", ",3,", r":8: id, unit must not be empty"),
        ("alone", "alon", r":8: unknown relation 'alon'.*mean 'alone'"),
        ("percent,alone,", "percent,increase,", r":8: relation 'increase' needs 2 cells, found 0"),
        ("equals,", "alone,", r":6: relation 'alone' needs 0 cells, found 1"),
        ("table_9/etr/celeba40/parameters", "table_9/etr", r":6: expected cells as table/row/"),
        ("table_9/etr/celeba40", "table_8/etr/celeba40", r":6: unknown table 'table_8'.*table_9"),
        ("table_9/etr/celeba40", "table_9/mtan/celeba40", r":6: .*prints no cell mtan/celeba40/"),
        ("celeba40/parameters", "celeba40/recall", r":6: .*prints no cell etr/celeba40/recall"),
        ("# title: Numbers in the text\n", "", r":1: title: this key is required"),
        ("id,value", "name,value", r":4: expected the columns id,value"),
    ],
)
def test_errors_name_the_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(MtlError, match=r"text\.csv" + message):
        load(tmp_path, changed(TEXT, old, new))


def test_cells_are_those_of_the_same_paper(tmp_path: Path) -> None:
    text = changed(TEXT, "# paper: etr_nlp", "# paper: interrogate")
    with pytest.raises(MtlError, match="unknown table 'table_9'; expected one of none"):
        load(tmp_path, text)
