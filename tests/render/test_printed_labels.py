from __future__ import annotations

from pathlib import Path

import pytest

from mtl.published.table import load_tables
from mtl.render.printed_labels import Labels, column_label, paper, table

TABLE = """\
# paper: mine
# table: table_2
# title: Comparison
# source: mine, page 3
# baseline: stl
# settings: {half: Half width}
# rows: {stl: STL, ours_1: Ours, ours_2: Ours}
# columns:
#   iou: {label: IoU, unit: percent, digits: 1, direction: higher}
#   delta:
#     label: Δ_MTL (%)
#     unit: percent
#     digits: 1
#     direction: higher
#     derived: {kind: delta, of: [iou]}
row,setting,metric,mean,std
stl,half,iou,60.0,
"""


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("table_3a", "Table 3a"),
        ("table_s1", "Table S1"),
        ("table_7", "Table 7"),
        ("text", "Running text"),
        ("my_numbers", "my_numbers"),
    ],
)
def test_tables(name: str, label: str) -> None:
    assert table(name) == label


def test_labels_as_printed(tmp_path: Path) -> None:
    path = tmp_path / "mine" / "table_2.csv"
    path.parent.mkdir()
    path.write_text(TABLE, encoding="utf-8")
    labels = Labels(load_tables(tmp_path))
    place = ("mine", "table_2")
    assert labels.row(*place, "stl") == "STL"
    assert labels.row(*place, "ours_2") == "Ours (ours_2)"
    assert labels.setting(*place, "half") == "Half width"
    assert labels.column(*place, "iou") == "IoU"
    assert labels.column(*place, "delta") == r"$\Delta_{MTL}$ (%)"
    assert (labels.title(*place), labels.source(*place)) == ("Comparison", "mine, page 3")


def test_identifiers_where_nothing_is_known() -> None:
    labels = Labels()
    place = ("mine", "table_2")
    assert labels.row(*place, "ours_2") == "ours_2"
    assert labels.setting(*place, "half") == "half"
    assert labels.column(*place, "abs_err") == "abs err"
    assert (labels.title(*place), labels.source(*place)) == ("", "")
    assert column_label("delta_p") == r"$\Delta_p$"
    assert (paper("etr_nlp"), paper("mine")) == ("ETR-NLP", "mine")
