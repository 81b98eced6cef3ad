from __future__ import annotations

import csv

from mtl.render import tidy
from tests.render import fabricate


def read(text: str) -> dict[tuple[str, str], dict[str, str]]:
    first, *lines = text.splitlines()
    assert first == "# fingerprint: abc123"
    return {(line["row"], line["metric"]): line for line in csv.DictReader(lines)}


def test_full_precision_survives() -> None:
    data = fabricate.table()
    lines = read(tidy.table(data, "abc123"))
    for row in data.rows:
        for cell in row.cells.values():
            line = lines[row.id, cell.metric]
            assert int(line["n"]) == cell.n
            if cell.missing:
                assert (line["mean"], line["values"]) == ("", "")
                assert line["missing"] == cell.missing
                continue
            assert float(line["mean"]) == cell.mean
            assert float(line["std"]) == cell.std
            assert tuple(map(float, line["values"].split())) == cell.values
            assert tuple(map(int, line["seeds"].split())) == cell.seeds
            assert line["fingerprints"] == cell.runs[0].fingerprint
            assert [line[flag] == "true" for flag in ("best", "second", "tied")] == [
                cell.best, cell.second, cell.tied,
            ]  # fmt: skip


def test_comparison_and_printed_number() -> None:
    lines = read(tidy.table(fabricate.table(), "abc123"))
    line = lines["etr", "precision"]
    words = ("baseline", "test", "published_mean", "published_std")
    assert {name: line[name] for name in words} == {
        "baseline": "hard_sharing", "test": "paired t", "published_mean": "72.0",
        "published_std": "0.4",
    }  # fmt: skip
    numbers = ("difference", "ci_low", "ci_high", "p_value", "p_holm", "sign_flip_p")
    assert [float(line[name]) for name in numbers] == [
        0.0123456789, -0.004, 0.03, 0.0321, 0.0642, 0.25,
    ]  # fmt: skip
    assert lines["hard_sharing", "precision"]["p_value"] == ""


def test_derived_columns_and_costs() -> None:
    lines = read(tidy.table(fabricate.table(), "abc123"))
    assert lines["etr", "delta_p"]["mean"] == "6.35"
    assert lines["etr", "delta_p"]["unit"] == "percent (metrics)"
    assert lines["etr", "delta_p"]["published_mean"] == "+6.4"
    assert lines["mgda_ub", "delta_p"]["mean"] == ""
    assert lines["etr", "parameters_total"]["mean"] == "11195240"
    assert lines["etr", "printed_parameters"]["published_mean"] == "11.2"
    assert lines["etr", "mean_rank"]["mean"] == "1.5"
    assert ("single_task", "printed_parameters") not in lines


def test_costs_of_the_shown_and_of_the_trained_network() -> None:
    lines = list(csv.DictReader(tidy.table(fabricate.two_groups(), "abc123").splitlines()[1:]))
    keys = [(line["row"], line["setting"], line["metric"]) for line in lines]
    assert len(set(keys)) == len(keys)
    vgg16 = {
        line["metric"]: line
        for line in lines
        if (line["row"], line["setting"]) == ("ghost", "celeba8_vgg16")
    }
    assert vgg16["parameters_total"]["mean"] == "3739320"
    assert vgg16["parameters_registered"]["mean"] == "7453896"
    assert vgg16["macs"]["unit"] == "count (width 64, 3x64x64)"
    assert vgg16["trained_macs"]["unit"] == "count (width 8, 3x48x39)"
    macs, parameters = vgg16["printed_macs"], vgg16["printed_parameters"]
    assert (macs["published_mean"], macs["unit"], macs["mean"]) == ("0.32", "billion", "")
    assert (parameters["published_mean"], parameters["unit"]) == ("7.45", "million")


def test_nothing_breaks_a_line() -> None:
    data = fabricate.with_labels(fabricate.table(), 'a,"b"\nc')
    lines = list(csv.DictReader(tidy.table(data, "abc123").split("\n", 1)[1].splitlines(True)))
    assert {line["label"] for line in lines} == {'a,"b"\nc'}
    assert all(None not in line for line in lines)
