"""What figures of all kinds have in common, in the sizes of the papers' figures."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
import types
from pathlib import Path
from typing import get_args

import pytest

from mtl.config import models
from mtl.errors import MtlError
from mtl.provenance.stamp import staleness
from mtl.render.figures import registry
from mtl.render.figures.write import write_figure
from mtl.render.style import STROKES
from tests.render.figures import fabricate
from tests.render.figures.read import above, outside, overlaps

ROOT = Path(__file__).parents[3]
WRITE = """
import sys
from mtl.render.figures import registry
from mtl.render.figures.write import write_figure
from tests.render.figures.fabricate import FIGURES
for kind, make in FIGURES.values():
    write_figure(registry.load(kind), make(), sys.argv[1], "abc123")
assert "torch" not in sys.modules
"""
IMPORT = """
import sys
from mtl.render.figures import registry
for name in registry.available():
    registry.load(name)
print([name for name in ("torch", "matplotlib", "sklearn") if name in sys.modules])
"""

every_figure = pytest.mark.parametrize("name", fabricate.FIGURES)


def test_the_configuration_and_the_package_know_the_same_kinds() -> None:
    union, _ = get_args(models.Figure)
    kinds = [get_args(model.model_fields["kind"].annotation)[0] for model in get_args(union)]
    assert sorted(kinds) == registry.available()
    assert {kind for kind, _ in fabricate.FIGURES.values()} == set(kinds)


def test_an_unknown_kind() -> None:
    with pytest.raises(
        MtlError, match=r"unknown kind of figure 'learning_curve'.*'learning_curves"
    ):
        registry.load("learning_curve")


def test_a_file_that_declares_no_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = types.ModuleType("mtl.render.figures.learning_curves")
    monkeypatch.setitem(sys.modules, empty.__name__, empty)
    with pytest.raises(MtlError, match=r"learning_curves\.py: .* must declare KIND = Kind"):
        registry.load("learning_curves")


def test_many_rows_with_long_labels_and_reasons_stay_apart() -> None:
    rows = tuple(
        fabricate.curve(f"row{k}", (0.4, 0.5 + 0.01 * k), n=5 - k % 3, label=f"{label} ({k})")
        for k, label in enumerate(["Attentive hard sharing, reduction 16"] * 7)
    )
    lost = fabricate.curve("lost", (), n=0, missing="failed: " + "the loss is not finite " * 9)
    figure = registry.load("learning_curves").draw(fabricate.learning_curves((*rows, lost)))
    assert overlaps(figure) == []
    assert outside(figure) == []


def test_nothing_heavy_is_imported_until_a_figure_is_built_or_drawn() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All figures, written here."""
    folder = tmp_path_factory.mktemp("here")
    for kind, make in fabricate.FIGURES.values():
        write_figure(registry.load(kind), make(), folder, "abc123")
    return folder


@every_figure
def test_files_and_a_fresh_stamp(written: Path, name: str) -> None:
    assert staleness(written / f"{name}.json", "abc123") is None
    pdf = (written / f"{name}.pdf").read_bytes()
    assert b"/FontFile2" in pdf, "fonts must be embedded"
    assert not re.search(rb"/Type3|/CreationDate|/Producer", pdf)
    assert (written / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    first, fields, *lines = (written / f"{name}.csv").read_text().splitlines()
    assert first == "# fingerprint: abc123"
    assert "fingerprints" in fields.split(",")
    assert lines


def test_same_bytes_in_another_process_without_torch(written: Path, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-c", WRITE, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)},
        check=True,
    )
    names = sorted(path.name for path in written.iterdir())
    assert len(names) == 4 * len(fabricate.FIGURES)
    for name in names:
        assert (written / name).read_bytes() == (tmp_path / name).read_bytes(), name


@every_figure
def test_no_text_covers_another_or_is_cut(name: str) -> None:
    kind, make = fabricate.FIGURES[name]
    figure = registry.load(kind).draw(make())
    assert overlaps(figure) == []
    assert outside(figure) == []


@every_figure
def test_synthetic_data_say_so_and_the_line_on_seeds_stands_below(name: str) -> None:
    kind, make = fabricate.FIGURES[name]
    one = registry.load(kind)
    synthetic, real = make(), make(source_labels=(fabricate.REAL,))
    first, *rest = above(one.draw(synthetic))
    assert first == "SYNTHETIC DATA (twin 'faces'), scale mini:"
    assert " ".join(rest[1:]).startswith(one.line(synthetic).split("$")[0])
    assert "SYNTHETIC" not in " ".join(above(one.draw(real)))


@every_figure
def test_no_runs_at_all_leave_the_reasons(name: str, tmp_path: Path) -> None:
    kind, make = fabricate.FIGURES[name]
    one, data = registry.load(kind), nothing(make())
    assert one.line(data) == "No runs"
    text = " ".join(above(one.draw(data)))
    assert "No runs" in text
    assert text.count("not run yet") == 1
    assert data.heading.shown[0].label.split(" (")[0] in text
    write_figure(one, data, tmp_path, "abc123")
    assert staleness(tmp_path / f"{name}.json", "abc123") is None


def nothing(data):
    """The figure as it is built without any run."""
    gone = {"n": 0, "runs": (), "missing": "not run yet"}

    def strip(value):
        if isinstance(value, tuple):
            return tuple(strip(item) for item in value)
        if isinstance(value, dict):
            return {key: strip(item) for key, item in value.items()}
        if not dataclasses.is_dataclass(value):
            return value
        empty = {
            "Shown": gone,
            "Curve": {"x": (), "mean": (), "std": ()},
            "Point": {"values": (), "mean": None, "std": None, "cost": None, "value": None},
            "Gain": {"mean": None, "std": None, "n": 0},
            "CurveData": {"reference": None},
            "Sweep": {"all_positive": None},
            "PredictionData": {"classes": (), "runs": (), "scenes": ()},
            "CKAData": {"layers": (), "tasks": ()},
            "GateSharesData": {"tasks": (), "rows": ()},
            "MapData": {"seed": None, "mark": None, "image": None, "primitives": ()},
            "EmbeddingData": {
                "seed": None, "mark": None, "image": None, "branches": (), "layers": (),
            },
        }.get(type(value).__name__, {})  # fmt: skip
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        stripped = {key: strip(item) for key, item in fields.items()}
        # Points of several kinds of figures go by one name.
        known = {key: item for key, item in empty.items() if key in fields}
        return dataclasses.replace(value, **{**stripped, **known})

    return strip(data)


def test_rows_of_one_reason_stand_together_and_dollars_are_text() -> None:
    rows = (
        fabricate.curve("hard_sharing", (), n=0),
        fabricate.curve("etr", (), n=0, label="ETR $5"),
        fabricate.curve("nlp", (), n=0, missing="failed: the loss is not finite"),
        fabricate.curve("etr_nlp", (0.4, 0.5)),
    )
    lines = above(registry.load("learning_curves").draw(fabricate.learning_curves(rows)))
    assert lines[-2:] == [
        r"Hard sharing, ETR \$5: not run yet",
        "NLP: failed: the loss is not finite",
    ]


def test_notes_stand_above_the_panels() -> None:
    data = fabricate.activation_embedding(notes=("stage4 is left out: too few maps.",))
    lines = above(registry.load("activation_embedding").draw(data))
    assert lines[-1] == "stage4 is left out: too few maps."


def test_curves_stay_apart_in_grey() -> None:
    assert len({look.dashes for look in STROKES}) == len(STROKES)
    assert len({look.marker for look in STROKES}) == len(STROKES)
    assert len({look.colour for look in STROKES}) == len(STROKES)
