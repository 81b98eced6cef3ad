"""The columns of costs: headings, units, digits, and the sentences about them."""

from __future__ import annotations

import dataclasses

import pytest

from mtl.render.costs import cost_block, cost_entries, cost_legend, cost_notes
from mtl.render.numbers import MISSING
from mtl.results.aggregate import TableData
from mtl.results.costs import Costs, PrintedCost
from tests.render import fabricate


def texts(data: TableData, setting: str = "celeba8") -> list[tuple[str, ...]]:
    block = cost_block(data.rows, setting, inside=False)
    return [tuple(c.text for c in costs) for costs in cost_entries(data.rows, block)]


def test_costs_share_their_digits() -> None:
    """The two counts of parameters have one heading; 89.0 alone would not need a decimal."""
    assert texts(fabricate.table())[-1] == ("89.0", "11.2", "148")
    assert texts(fabricate.two_groups()) == [("11.20", "148.1"), ("2.99", "46.3")]


def test_unknown_costs() -> None:
    data = fabricate.table()
    bare = dataclasses.replace(data.rows[0], costs={"celeba8": Costs(None, None, None, None)})
    assert texts(dataclasses.replace(data, rows=(bare,))) == [(MISSING, MISSING)]
    assert cost_legend(dataclasses.replace(data, rows=(bare,)))[1].endswith("one forward pass")
    assert cost_notes(dataclasses.replace(data, rows=(bare,))) == []


def test_both_counts_of_parameters_only_where_they_differ() -> None:
    rows = fabricate.table().rows
    both = cost_block(rows, "celeba8", inside=False)
    assert both.headings == (("#P (M)", 2), ("MACs", 1))
    assert [column.label for column in both.columns] == ["all", "active", "(M)"]
    inside = cost_block(rows, "celeba8", inside=True)
    assert [column.label for column in inside.columns] == ["#P (M)", "active", "MACs (M)"]
    assert inside.headings == (("", 3),)
    one = cost_block(rows[:1], "celeba8", inside=False)
    assert [column.label for column in one.columns] == ["#P (M)", "MACs (M)"]


def test_ours_are_in_the_unit_that_the_paper_prints() -> None:
    data = fabricate.two_groups()
    block = cost_block(data.rows, "celeba8_vgg16", inside=True)
    assert [column.label for column in block.columns] == ["#P (M)", "MACs (G)"]
    entries = cost_entries(data.rows, block)
    assert [cost[1].text for cost in entries] == ["1.253", "0.321"]
    assert [cost[1].published for cost in entries] == ["1.25", "0.32"]
    assert [cost[1].value for cost in entries] == [1_252_800_000, 321_000_000]


def test_a_number_printed_in_another_unit_than_its_column_says_so() -> None:
    data = fabricate.two_groups()
    first = data.rows[0].costs["celeba8"]
    giga = dataclasses.replace(first, printed_macs=PrintedCost("macs_g", "0.15", "billion"))
    rows = (data.rows[1], dataclasses.replace(data.rows[0], costs={"celeba8": giga}))
    entries = cost_entries(rows, cost_block(rows, "celeba8", inside=False))
    assert [cost[1].published for cost in entries] == ["46", "0.15 G"]


def test_the_legend_names_the_network_that_is_counted() -> None:
    assert cost_legend(fabricate.table()) == (
        "#P: learnable parameters, all of them and those that one task uses",
        "MACs: multiply-accumulates of one forward pass, both of the network at width 64 for "
        "images of 64 × 64 pixels",
    )
    assert cost_legend(fabricate.two_groups())[0] == "#P: learnable parameters"


def resized(data: TableData, row: int, setting: str, **changes: object) -> TableData:
    """The table with another profile of one row in one setting."""
    rows = list(data.rows)
    costs = rows[row].costs[setting]
    profile = dataclasses.replace(costs.profile, **changes)
    own = rows[row].costs | {setting: dataclasses.replace(costs, profile=profile)}
    rows[row] = dataclasses.replace(rows[row], costs=own)
    return dataclasses.replace(data, rows=tuple(rows))


def test_networks_of_several_sizes_are_told_apart() -> None:
    data = fabricate.two_groups()
    by_group = data
    for row in (0, 1):
        by_group = resized(by_group, row, "celeba8_vgg16", image=(3, 32, 48))
    assert cost_legend(by_group)[1].endswith(
        "at width 64 for images of 64 × 64 pixels (ResNet18) and width 64 for images of 32 × 48 "
        "pixels (VGG16)"
    )
    assert cost_legend(resized(data, 1, "celeba8", width=32))[1].endswith(
        "at width 64 for images of 64 × 64 pixels (Hard_Sharing in ResNet18, VGG16) and width 32 "
        "for images of 64 × 64 pixels (Ghost in ResNet18)"
    )
    once = resized(fabricate.table(), 1, "celeba8", width=32)
    assert r"pixels (ETR ($\gamma = 0.9$))" in cost_legend(once)[1]


@pytest.mark.parametrize(
    ("trained", "note"),
    [
        ({}, None),
        (
            {"width": 8, "image": (3, 48, 39)},
            "The trained networks are narrower: they have width 8 and take images of 48 × 39 "
            "pixels; their own counts are in the CSV file.",
        ),
        (
            {"image": (3, 48, 39)},
            "The trained networks are others: they take images of 48 × 39 pixels; their own "
            "counts are in the CSV file.",
        ),
        (
            {"parameters_total": 1},
            "The trained networks are others: they have other options (Hard sharing); their own "
            "counts are in the CSV file.",
        ),
    ],
)
def test_networks_that_are_not_the_trained_ones_are_told(
    trained: dict[str, object], note: str | None
) -> None:
    data = fabricate.table()
    row = dataclasses.replace(data.rows[0], costs={"celeba8": fabricate.costs(trained=trained)})
    found = cost_notes(dataclasses.replace(data, rows=(row, *data.rows[1:])))
    assert found == ([] if note is None else [note])


def test_parameters_that_are_never_used_are_told_for_each_group() -> None:
    [_, note] = cost_notes(fabricate.two_groups())
    assert note == (
        "Ghost: its public code registers 5.77M parameters, of which 2.78M are never used "
        "(ResNet18), and 7.45M parameters, of which 3.71M are never used (VGG16); #P counts those "
        "that are used."
    )
    once = fabricate.two_groups(costs="once", cost_settings=("celeba8",))
    assert cost_notes(once)[-1] == (
        "Ghost: its public code registers 5.77M parameters, of which 2.78M are never used; #P "
        "counts those that are used."
    )


def test_costs_that_stand_once_though_they_differ_are_told() -> None:
    once = fabricate.two_groups(costs="once", cost_settings=("celeba8",))
    text = "#P and MACs differ between settings; shown are those of ResNet18."
    assert text in cost_notes(once)
    assert text not in cost_notes(fabricate.two_groups())
    assert not any("differ between" in note for note in cost_notes(fabricate.table()))
