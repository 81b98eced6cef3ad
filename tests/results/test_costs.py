"""Costs as the records and the printed tables give them, and those that a table shows."""

from __future__ import annotations

import pytest

from mtl.config import Project
from mtl.errors import MtlError
from mtl.results.aggregate import TableData, build_table
from mtl.results.costs import Counts, PrintedCost
from tests.results import fabricate

PRINTED = """\
# paper: faces
# table: table_4
# title: Comparison
# source: invented
# settings: {celeba8: 8 tasks, celeba40: 40 tasks}
# rows: {hard_sharing: Hard sharing, etr: ETR}
# columns:
#   parameters: {label: "#P", unit: million, digits: mixed, direction: lower}
#   macs: {label: "#F", unit: million, digits: 0, direction: lower}
#   macs_g: {label: "#F", unit: billion, digits: 2, direction: lower}
row,setting,metric,mean,std
hard_sharing,,parameters,11.2,
etr,celeba8,parameters,8.1,
etr,celeba8,macs,148,
etr,celeba40,macs_g,1.25,
"""


def _table(project: Project, each: bool = False, printed: str = PRINTED) -> TableData:
    paper = fabricate.PAPER
    if each:
        paper = paper.replace("    delta: metrics\n", "    delta: metrics\n    costs: each\n", 1)
    fabricate.write_config(project.root, paper, published=printed)
    return build_table(fabricate.load(project.root), "faces", "table_4", allow_missing=True)


def _costs(table: TableData, row: str):
    return next(one for one in table.rows if one.id == row).costs


def test_tables_print_the_profile_and_keep_the_trained_networks_counts(finished: Project) -> None:
    [unit] = finished.units_for("faces", "celeba40", "etr")
    counts = {
        "parameters_total": 5, "parameters_active": 4, "parameters_registered": 6, "macs": 7,
        "macs_input": [3, 32, 39],
    }  # fmt: skip
    scores = fabricate.realistic()
    fabricate.write_unit(
        finished.root, unit, lambda seed: scores("celeba40", "etr", seed), counts=counts
    )
    costs = _costs(build_table(finished, "faces", "table_4"), "etr")
    assert costs["celeba40"].profile == Counts(
        64, (3, 64, 64), 11_200_040, 11_200_000, 11_200_040, 148_000_000
    )
    assert costs["celeba40"].trained == Counts(8, (3, 32, 39), 5, 4, 6, 7)
    assert costs["celeba8"].profile.parameters_total == 11_200_008


def test_printed_costs_stand_in_their_setting_or_in_all(finished: Project) -> None:
    table = _table(finished)
    own = _costs(table, "etr")
    assert own["celeba8"].printed_parameters == PrintedCost("parameters", "8.1", "million")
    assert own["celeba40"].printed_parameters is None
    assert own["celeba8"].printed_macs == PrintedCost("macs", "148", "million")
    assert own["celeba40"].printed_macs == PrintedCost("macs_g", "1.25", "billion")
    everywhere = _costs(table, "hard_sharing")
    assert {costs.printed_parameters for costs in everywhere.values()} == {
        PrintedCost("parameters", "11.2", "million")
    }
    assert _costs(table, "gradnorm")["celeba8"].printed_parameters is None


def test_a_printed_unit_that_is_no_multiple_is_refused(finished: Project) -> None:
    with pytest.raises(MtlError, match=r"table_4\.csv: columns\.macs\.unit: .*found 'percent'"):
        _table(finished, printed=PRINTED.replace('"#F", unit: million', '"#F", unit: percent'))


def test_once_are_those_of_the_first_setting_with_runs(finished: Project) -> None:
    assert _table(finished).cost_settings == ("celeba8",)
    for row in fabricate.load(finished.root).papers["faces"].tables["table_4"].rows:
        [unit] = finished.units_for("faces", "celeba8", row)
        (finished.root / unit.record).unlink(missing_ok=True)
    [unit] = finished.units_for("faces", "celeba8", "single_task")
    (finished.root / unit.record).unlink()
    assert _table(finished).cost_settings == ("celeba40",)


def test_each_group_can_have_its_own(finished: Project) -> None:
    table = _table(finished, each=True)
    assert (table.costs, table.cost_settings) == ("each", ("celeba8", "celeba40"))
