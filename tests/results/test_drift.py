"""Mutations that a drift check must catch, and noise that it must not."""

import dataclasses
import io
import json
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from scipy import stats

from mtl.errors import MtlError
from mtl.io import canonical_json, sha256
from mtl.results.changes import ALL_ROWS, FALSE_ALARM_RATE, Change, compare, differences
from mtl.results.drift import reference_path, run_drift
from mtl.results.seal import seal
from mtl.results.snapshot import (
    RowFacts,
    Snapshot,
    UnitFacts,
    load_reference,
    take_snapshot,
    write_reference,
)
from tests.results import fabricate

CELLS = 30
"""5 rows, 2 settings, 3 metrics; what two tables share counts once."""


@pytest.fixture
def referenced(finished):
    """A project whose runs are the reference."""
    assert run_drift(finished, update=True, stream=io.StringIO()) == 0
    return finished


def _check(project) -> tuple[int, str]:
    stream = io.StringIO()
    return run_drift(project, stream=stream), stream.getvalue()


def _reconfigured(project, old: str, new: str, scores=None, platform=fabricate.PLATFORM):
    """The project after an edit of its configuration, with its runs trained again."""
    paper, scale = fabricate.PAPER.replace(old, new), fabricate.SCALE.replace(old, new)
    assert (paper, scale) != (fabricate.PAPER, fabricate.SCALE)
    fabricate.write_config(project.root, paper, scale)
    changed = fabricate.load(project.root)
    fabricate.remove_runs(project)
    fabricate.write_runs(changed, scores or fabricate.realistic(), platform)
    return changed


class TestSamePlatform:
    def test_nothing_changed(self, referenced) -> None:
        status, text = _check(referenced)
        assert status == 0
        assert f"{CELLS} cells compared bit for bit" in text
        assert text.endswith("No drift\n")

    def test_trained_again_with_the_same_result(self, referenced) -> None:
        fabricate.remove_runs(referenced)
        fabricate.write_runs(referenced, fabricate.realistic())
        assert _check(referenced)[0] == 0

    def test_the_last_bit_of_one_seed(self, referenced) -> None:
        scores = fabricate.realistic()

        def nudged(seed: int) -> dict[str, float]:
            values = scores("celeba8", "etr", seed)
            values["recall"] = (
                np.nextafter(values["recall"], 1).item() if seed == 3 else values["recall"]
            )
            return values

        [unit] = referenced.units_for("faces", "celeba8", "etr")
        fabricate.write_unit(referenced.root, unit, nudged)
        status, text = _check(referenced)
        assert status == 1
        assert "faces celeba8 etr recall (table_4, table_3a, figure_1a)" in text
        assert "seed 3: " in text
        assert unit.fingerprint in text
        assert "look for another library or processor, or a replaced record" in text

    def test_an_edited_seed_is_refused_by_name(self, referenced) -> None:
        [unit] = referenced.units_for("faces", "celeba8", "etr")
        path = referenced.root / unit.path / "seed1/metrics.json"
        data = json.loads(path.read_text())
        data["metrics"]["f_score"] += 0.01
        path.write_text(canonical_json(data))
        status, text = _check(referenced)
        assert status == 1
        assert f"{path}: the record was edited" in text
        assert "faces/celeba8/etr: f_score, precision, recall" in text

    def test_an_edited_seed_that_was_sealed_again_shows(self, referenced) -> None:
        [unit] = referenced.units_for("faces", "celeba8", "etr")
        folder = referenced.root / unit.path
        data = json.loads((folder / "seed1/metrics.json").read_text())
        data["metrics"]["f_score"] += 0.01
        text = canonical_json(seal(data))
        (folder / "seed1/metrics.json").write_text(text)
        closing = json.loads((folder / "unit.json").read_text())
        closing["records"]["1"] = sha256(text)
        (folder / "unit.json").write_text(canonical_json(seal(closing)))
        status, report = _check(referenced)
        assert status == 1
        assert "faces celeba8 etr f_score" in report
        assert "+0.2 points" in report

    def test_other_weights_behind_the_same_values(self, referenced) -> None:
        [unit] = referenced.units_for("faces", "celeba8", "etr")
        scores = fabricate.realistic()
        fabricate.write_unit(
            referenced.root, unit, lambda seed: scores("celeba8", "etr", seed),
            checkpoint={"sha256": "1" * 64},
        )  # fmt: skip
        status, text = _check(referenced)
        assert status == 1
        assert (
            "Records differ in more than tables and figures show:\n  faces/celeba8/etr seed 0"
            in text
        )

    def test_changed_code_alone_is_a_note(self, referenced) -> None:
        changed = fabricate.load(referenced.root, **{"mtl/methods/etr.py": "fedcba987654"})
        fabricate.remove_runs(referenced)
        fabricate.write_runs(changed, fabricate.realistic())
        status, text = _check(changed)
        assert status == 0
        assert "code differs: mtl/methods/etr.py" in text
        assert "data have another fingerprint but gave the same bits" in text

    def test_changed_code_that_changes_values_is_drift(self, referenced) -> None:
        changed = fabricate.load(referenced.root, **{"mtl/methods/etr.py": "fedcba987654"})
        fabricate.remove_runs(referenced)
        fabricate.write_runs(changed, fabricate.realistic(shift=1e-9))
        status, text = _check(changed)
        assert status == 1
        assert "data.fingerprint: " in text

    def test_the_number_of_seeds_trained_together_is_part_of_the_platform(self, referenced) -> None:
        changed = _reconfigured(referenced, "seeds_together: 5", "seeds_together: 1")
        status, text = _check(changed)
        assert status == 0
        assert f"{CELLS} cells compared by t-tests" in text


@pytest.mark.parametrize("platform", [fabricate.PLATFORM, fabricate.OTHER_PLATFORM])
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "gamma: 0.9", "gamma: 0.5",
            "method.options.gamma: 0.9 -> 0.5  in "
            "faces/celeba40/task_routing, faces/celeba8/task_routing",
        ),
        ("learning_rate: 0.001", "learning_rate: 0.002", "learning_rate: 0.001 -> 0.002  in faces"),
        ("split: val", "split: train", 'evaluation.split: "val" -> "train"  in faces'),
        ("tasks: attributes40", "tasks: groups8", "tasks: "),
        ("epochs: 3", "epochs: 4", "training.epochs: 3 -> 4"),
        ("seed: 0", "seed: 1", "data.fingerprint: "),
    ],
)  # fmt: skip
def test_a_changed_configuration_is_drift_whatever_the_values(
    referenced, old: str, new: str, message: str, platform
) -> None:
    scores = fabricate.realistic() if old != "seed: 0" else fabricate.realistic(shift=1e-9)
    status, text = _check(_reconfigured(referenced, old, new, scores, platform))
    assert status == 1
    assert "Configuration differs:" in text
    assert message in text


class TestOtherPlatform:
    def _retrain(self, project, scores) -> tuple[int, str]:
        fabricate.remove_runs(project)
        fabricate.write_runs(project, scores, fabricate.OTHER_PLATFORM)
        return _check(project)

    def test_noise_is_no_drift(self, referenced) -> None:
        status, text = self._retrain(referenced, fabricate.realistic(generation=1))
        assert status == 0
        assert f"{CELLS} cells compared by t-tests" in text
        assert "at most 1%" in text
        assert "would be found about as often as not" in text

    def test_a_metric_with_a_wrong_denominator(self, referenced) -> None:
        """Recall divided by all samples instead of the positives of an attribute."""
        right = fabricate.realistic(generation=1)

        def wrong(setting: str, row: str, seed: int) -> dict[str, float]:
            scores = right(setting, row, seed)
            return {**scores, "recall": scores["recall"] * 0.95}

        status, text = self._retrain(referenced, wrong)
        assert status == 1
        assert "faces celeba8 etr recall (table_4, table_3a, figure_1a)" in text
        assert "after Holm" in text
        assert " f_score (" not in text

    def test_a_row_that_got_worse(self, referenced) -> None:
        right = fabricate.realistic(generation=1)

        def worse(setting: str, row: str, seed: int) -> dict[str, float]:
            loss = 0.03 if row == "task_routing" else 0
            return {name: value - loss for name, value in right(setting, row, seed).items()}

        status, text = self._retrain(referenced, worse)
        assert status == 1
        lines = [line for line in text.splitlines() if "after Holm" in line]
        drifted = {line.split()[2] for line in lines if ALL_ROWS not in line}
        assert drifted == {"task_routing"}

    def test_a_small_loss_in_all_rows_shows_in_their_mean(self) -> None:
        """Independent rows: their mean has a smaller spread than any of them."""
        generator = np.random.default_rng(5)
        rows = {row: list(0.6 + generator.normal(scale=0.004, size=5)) for row in "abcdefgh"}
        again = {row: list(0.591 + generator.normal(scale=0.004, size=5)) for row in rows}
        drift = compare(_snapshot(rows), _snapshot(again, platform=1))
        assert ALL_ROWS in {cell.key[2] for cell in drift.cells}
        assert len(drift.cells) < len(rows)

    def test_constant_values_that_changed(self) -> None:
        before, after = {"a": [0.25] * 5}, {"a": [0.26] * 5}
        assert compare(_snapshot(before), _snapshot(after, platform=1)).found
        assert not compare(_snapshot(before), _snapshot(before, platform=1)).found

    def test_one_seed_cannot_be_compared(self) -> None:
        drift = compare(_snapshot({"a": [0.2]}), _snapshot({"a": [0.9]}, platform=1))
        assert not drift.found
        assert drift.untestable == [("p", "s", "a", "f_score")]


class TestReference:
    def test_without_one(self, finished) -> None:
        with pytest.raises(MtlError, match=r"mini\.json: there is no reference yet.*--update"):
            run_drift(finished)

    def test_an_incomplete_set_of_runs_is_none(self, finished) -> None:
        [unit] = finished.units_for("faces", "celeba8", "etr")
        (finished.root / unit.record).unlink()
        with pytest.raises(MtlError, match="incomplete set of runs is no reference") as error:
            run_drift(finished, update=True)
        assert f"faces/celeba8/etr ({unit.name}): not run yet" in str(error.value)
        assert not reference_path(finished).exists()

    def test_edited_by_hand(self, referenced) -> None:
        path = reference_path(referenced)
        path.write_text(path.read_text().replace('"scale": "mini"', '"scale": "maxi"'))
        with pytest.raises(MtlError, match="the reference was edited"):
            run_drift(referenced)
        path.write_text("[]")
        with pytest.raises(MtlError, match="is no reference of schema 2"):
            run_drift(referenced)

    def test_update_reports_what_it_changes(self, referenced) -> None:
        fabricate.remove_runs(referenced)
        fabricate.write_runs(referenced, fabricate.realistic(shift=0.1))
        stream = io.StringIO()
        assert run_drift(referenced, update=True, stream=stream) == 0
        assert "DRIFT" in stream.getvalue()
        assert _check(referenced)[0] == 0

    def test_round_trip_is_exact_and_stable(self, finished) -> None:
        snapshot = take_snapshot(finished)
        path = finished.root / "reference.json"
        write_reference(path, snapshot)
        assert load_reference(path) == snapshot
        first = path.read_bytes()
        write_reference(path, load_reference(path))
        assert path.read_bytes() == first


class TestCells:
    def test_added_and_missing(self, referenced) -> None:
        edited = fabricate.PAPER.replace("rows: [hard_sharing, gradnorm,", "rows: [hard_sharing,")
        fabricate.write_config(referenced.root, edited)
        status, text = _check(fabricate.load(referenced.root))
        assert status == 1
        assert "Cells no longer there:\n  faces/celeba40/gradnorm: f_score" in text
        run_drift(fabricate.load(referenced.root), update=True, stream=io.StringIO())
        fabricate.write_config(referenced.root)
        status, text = _check(fabricate.load(referenced.root))
        assert status == 1
        assert "New cells:\n  faces/celeba40/gradnorm: f_score" in text

    def test_a_row_that_only_a_figure_shows(self, finished) -> None:
        """A sweep of an option; its figure has a metric, so that only that one is compared."""
        sweep = """\
  figure_6:
    kind: option_sweep
    title: Sweep
    caption: Of gamma.
    setting: celeba40
    metrics: [recall]
    panels: [{title: Share, axis: gamma, points: {swept: half}}]
  figure_9:
    kind: gradient_conflict
    title: Conflict
    caption: Of gradients.
    setting: celeba8
    rows: [swept]
"""
        row = "  swept: {method: task_routing, options: {gamma: 0.5}}\n"
        metrics = "metrics: [precision, recall, f_score, gradient_cosine]"
        paper = fabricate.PAPER.replace("tables:\n", f"{row}tables:\n", 1) + sweep
        paper = paper.replace("metrics: [precision, recall, f_score]", metrics, 1)
        fabricate.write_config(finished.root, paper)
        project = fabricate.load(finished.root)
        scores = fabricate.realistic()

        def with_gradients(setting: str, row: str, seed: int, shift: float = 0.0):
            found = scores(setting, "task_routing" if row == "swept" else row, seed)
            if row != "swept":
                return found
            moved = {name: value + shift for name, value in found.items()}
            return {**moved, "gradient_cosine": 0.5 + shift}

        fabricate.write_runs(project, with_gradients)
        snapshot = take_snapshot(project)
        assert snapshot.problems == ()
        assert snapshot.rows["faces", "celeba40", "swept"].shown_in == ("figure_6",)
        assert set(snapshot.rows["faces", "celeba40", "swept"].values) == {"recall"}
        # What rows without the diagnostic lack is not asked of them.
        assert set(snapshot.rows["faces", "celeba8", "etr"].values) == {
            "precision", "recall", "f_score"
        }  # fmt: skip
        assert set(snapshot.rows["faces", "celeba8", "swept"].values) == {
            "precision", "recall", "f_score", "gradient_cosine"
        }  # fmt: skip
        assert run_drift(project, update=True, stream=io.StringIO()) == 0
        fabricate.remove_runs(project)
        fabricate.write_runs(project, lambda *cell: with_gradients(*cell, shift=1e-6))
        status, text = _check(project)
        assert status == 1
        assert "faces celeba40 swept recall (figure_6)" in text
        assert "faces celeba8 swept gradient_cosine (figure_9)" in text

    def test_more_seeds(self, referenced) -> None:
        status, text = _check(_reconfigured(referenced, "seeds: 5", "seeds: 6"))
        assert status == 1
        assert "seeds: [ 0, 1, 2, 3, 4 ] -> [ 0, 1, 2, 3, 4, 5 ]" in text


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": {"b": 1}}, {"a": {"b": 1}}, []),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, [Change("a.b", "1", "2")]),
        ({"a": 1}, {"b": 1}, [Change("a", "1", "absent"), Change("b", "absent", "1")]),
        ({"a": [1, 2]}, {"a": [1, 3]}, [Change("a[1]", "2", "3")]),
        ({"a": [1]}, {"a": [1, 3]}, [Change("a", "[ 1 ]", "[ 1, 3 ]")]),
        ({"a": 1}, {"a": 1.0}, [Change("a", "1", "1.0")]),
        ({"a": "1"}, {"a": 1}, [Change("a", '"1"', "1")]),
    ],
)
def test_differences_name_the_field(old, new, expected: list[Change]) -> None:
    assert list(differences(old, new)) == expected


def _snapshot(rows: dict[str, list[float]], platform: int = 0, setting: str = "s") -> Snapshot:
    """One column, all rows trained in one unit."""
    unit = UnitFacts(
        "fp", {}, {"fingerprint": "d", "source": "twin"}, {}, {"machine": platform},
        dict.fromkeys(range(20), f"{platform}"),
    )  # fmt: skip
    facts = {
        ("p", setting, row): RowFacts(("t",), ("fp",), {"f_score": dict(enumerate(values))})
        for row, values in rows.items()
    }
    return Snapshot("mini", {"fp": unit}, facts)


Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]
NOISE: dict[str, Draw] = {
    "normal": lambda generator, shape: generator.normal(size=shape),
    "heavy": lambda generator, shape: generator.standard_t(3, size=shape),
    "skewed": lambda generator, shape: generator.exponential(size=shape),
}


def _grid(generator: np.random.Generator, draw: Draw, platform: int, kept: np.ndarray) -> Snapshot:
    """A table like Table 4: 7 rows, 2 settings, 3 metrics; spreads from 0.1 to 1 point.

    Metrics of a run share half of their variance, rows of a seed a quarter.

    Args:
        kept: [5], what a seed does on every platform.
    """
    rows, settings, metrics, seeds = 7, 2, 3, 5
    run = draw(generator, (rows, settings, 1, seeds))
    own = draw(generator, (rows, settings, metrics, seeds))
    seed = draw(generator, (seeds,)) / 2 + kept
    spread = np.geomspace(0.001, 0.01, rows)[:, None, None, None]
    values = 0.65 + spread * (0.5 * seed + 0.7 * run + 0.5 * own)
    base = _snapshot({}, platform)
    facts = {
        ("p", f"s{j}", f"r{i}"): RowFacts(
            ("t",), ("fp",),
            {
                name: dict(enumerate(values[i, j, k].tolist()))
                for k, name in enumerate(("precision", "recall", "f_score"))
            },
        )
        for i in range(rows)
        for j in range(settings)
    }  # fmt: skip
    return dataclasses.replace(base, rows=facts)


def _pairs(draw: Draw, n: int, seed: int) -> Iterator[tuple[Snapshot, Snapshot]]:
    generator = np.random.default_rng(seed)
    for _ in range(n):
        kept = draw(generator, (5,)) / 2
        yield _grid(generator, draw, 0, kept), _grid(generator, draw, 1, kept)


@pytest.mark.parametrize("noise", NOISE)
def test_false_alarms_keep_to_the_stated_rate(noise: str) -> None:
    """200 comparisons of unchanged code: not more alarms than a rate of 1 % explains."""
    found = [compare(old, new).found for old, new in _pairs(NOISE[noise], 200, seed=11)]
    excess = stats.binomtest(sum(found), len(found), FALSE_ALARM_RATE, alternative="greater")
    assert excess.pvalue > 1e-3


def test_the_test_is_not_deaf() -> None:
    """With 48 tests and five seeds, theory finds a shift of 4.9 standard deviations 8 in 10 times.

    That is the non-central t distribution for independent seeds; here they are correlated, and the
    shift is in units of the cell's true spread, of which a seed's part does not count.
    """
    found = 0
    spread = np.geomspace(0.001, 0.01, 7)[3] * np.sqrt(0.25 * 0.25 + 0.7**2 + 0.5**2)
    for old, new in _pairs(NOISE["normal"], 100, seed=12):
        key = ("p", "s0", "r3")
        shift = 4.9 * spread
        metrics = dict(new.rows[key].values)
        metrics["f_score"] = {seed: v + shift for seed, v in metrics["f_score"].items()}
        shifted = dataclasses.replace(new.rows[key], values=metrics)
        drift = compare(old, dataclasses.replace(new, rows={**new.rows, key: shifted}))
        found += any(cell.key == (*key, "f_score") for cell in drift.cells)
    assert 70 <= found <= 97


def test_detectable_shift_is_where_half_are_found() -> None:
    old, new = next(iter(_pairs(NOISE["normal"], 1, seed=13)))
    drift = compare(old, new)
    assert drift.tested == 42
    assert len(drift.detectable) == 42 + 6
    key = ("p", "s0", "r0", "f_score")
    values = new.rows[key[:3]].values["f_score"]
    gap = np.mean(list(old.rows[key[:3]].values["f_score"].values())) - np.mean(
        list(values.values())
    )
    for factor, expected in ((0.99, False), (1.01, True)):
        moved = {s: v + gap + factor * drift.detectable[key] for s, v in values.items()}
        facts = dataclasses.replace(
            new.rows[key[:3]], values={**new.rows[key[:3]].values, "f_score": moved}
        )
        again = compare(old, dataclasses.replace(new, rows={**new.rows, key[:3]: facts}))
        assert (key in {cell.key for cell in again.cells}) is expected


def test_all_rows_is_no_row_name() -> None:
    """It cannot clash with the identifiers that a configuration allows."""
    assert not ALL_ROWS.isidentifier()
