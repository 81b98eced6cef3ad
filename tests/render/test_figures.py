from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mtl.provenance.stamp import staleness
from mtl.render.figures import draw, write_figure
from mtl.render.style import STROKES
from tests.render import fabricate

WRITE = """
import sys
from mtl.render.figures import write_figure
from tests.render import fabricate
write_figure(fabricate.curves(), sys.argv[1], "abc123")
"""


def test_files_and_a_fresh_stamp(tmp_path: Path) -> None:
    stamp = write_figure(fabricate.curves(), tmp_path, "abc123")
    assert set(stamp.files) == {"figure_1a.pdf", "figure_1a.png", "figure_1a.csv"}
    assert staleness(tmp_path / "figure_1a.json", "abc123") is None
    pdf = (tmp_path / "figure_1a.pdf").read_bytes()
    assert b"/FontFile2" in pdf, "fonts must be embedded"
    assert not re.search(rb"/Type3|/CreationDate|/Producer", pdf)
    assert (tmp_path / "figure_1a.png").read_bytes().startswith(b"\x89PNG")


def test_same_bytes_in_another_process(tmp_path: Path) -> None:
    write_figure(fabricate.curves(), tmp_path / "here", "abc123")
    root = Path(__file__).parents[2]
    subprocess.run(
        [sys.executable, "-c", WRITE, str(tmp_path / "there")],
        cwd=root,
        env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(root)},
        check=True,
    )
    for path in (tmp_path / "here").iterdir():
        assert path.read_bytes() == (tmp_path / "there" / path.name).read_bytes(), path.name


def test_csv_keeps_every_digit(tmp_path: Path) -> None:
    curves = fabricate.curves()
    write_figure(curves, tmp_path, "abc123")
    first, *lines = (tmp_path / "figure_1a.csv").read_text().splitlines()
    assert first == "# fingerprint: abc123"
    rows = list(csv.DictReader(lines))
    for curve in curves.rows:
        own = [line for line in rows if line["row"] == curve.row]
        assert tuple(int(line["epoch"]) for line in own) == curve.epochs
        assert tuple(float(line["mean"]) for line in own) == curve.mean
        assert tuple(float(line["std"]) for line in own) == curve.std
        assert {line["fingerprints"] for line in own} == {curve.runs[0].fingerprint}
    assert (rows[-1]["label"], float(rows[-1]["mean"])) == ("all-positive predictor", 0.331)


def test_what_the_figure_says() -> None:
    figure = draw(fabricate.curves())
    [axes] = figure.axes
    assert axes.get_xlabel() == "Epoch"
    assert axes.get_ylabel() == "Mean F-score over attributes (%)"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "Hard sharing",
        "ETR (γ = 0.9)",
    ]
    assert "n = 5; bands: ± sample standard deviation" in axes.get_title(loc="left")
    assert [text.get_text() for text in axes.texts] == ["all-positive predictor: 33.1"]
    assert "SYNTHETIC DATA (twin 'faces'), scale mini" in figure.get_suptitle()
    lines = {line.get_label(): line for line in axes.get_lines()}
    assert list(lines["Hard sharing"].get_ydata()) == pytest.approx([40, 100 / 3, 48, 47])
    assert len(axes.collections) == 2


def test_real_data_have_no_banner_and_one_seed_has_no_band() -> None:
    curves = fabricate.curves(
        source_labels=(fabricate.REAL,),
        reference=None,
        rows=(fabricate.curve("etr", "ETR", (0.4, 0.5), n=1),),
    )
    figure = draw(curves)
    assert figure.get_suptitle() == ""
    assert len(figure.axes[0].collections) == 0
    assert figure.axes[0].get_title(loc="left") == "Mean over seeds, n = 1"


def test_unequal_numbers_of_seeds_stand_in_the_legend() -> None:
    rows = (
        fabricate.curve("hard_sharing", "Hard sharing", (0.4, 0.5)),
        fabricate.curve("etr", "ETR", (0.4, 0.5), n=3),
    )
    (legend,) = draw(fabricate.curves(rows=rows)).legends
    assert [text.get_text() for text in legend.get_texts()] == [
        "Hard sharing (n = 5)",
        "ETR (n = 3)",
    ]


@pytest.mark.parametrize("present", [0, 1])
def test_missing_rows_are_named(tmp_path: Path, present: int) -> None:
    rows = (
        fabricate.curve("hard_sharing", "Hard sharing", (0.4, 0.5))
        if present
        else fabricate.curve("hard_sharing", "Hard sharing", (), n=0),
        fabricate.curve("etr", "ETR $5", (), n=0),
    )
    curves = fabricate.curves(rows=rows)
    assert draw(curves).get_supxlabel().splitlines()[-1] == r"ETR \$5: not run yet"
    write_figure(curves, tmp_path, "abc123")
    assert staleness(tmp_path / "figure_1a.json", "abc123") is None


def test_curves_stay_apart_in_grey() -> None:
    assert len({look.dashes for look in STROKES}) == len(STROKES)
    assert len({look.marker for look in STROKES}) == len(STROKES)
    assert len({look.colour for look in STROKES}) == len(STROKES)
