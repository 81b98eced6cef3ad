from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mtl.config import Project, RunUnit, load_project
from mtl.config.identity import run_fingerprint
from mtl.errors import MtlError
from mtl.io import atomic_write, canonical_json
from mtl.results.records import Unit, load_unit
from mtl.workflow import carry_over, verify
from mtl.workflow.retrain import sample
from tests.results import fabricate

Edit = Callable[..., Project]


@pytest.fixture
def edited(finished: Project, monkeypatch: pytest.MonkeyPatch) -> Edit:
    """The finished project as if code files had been edited since."""

    def edit(*files: str) -> Project:
        project = load_project(finished.root, "mini")
        real = project.code.closure

        def closure(module: str) -> dict[str, str]:
            hashes = real(module)
            return {path: "0" * 12 if path in files else old for path, old in hashes.items()}

        monkeypatch.setattr(project.code, "closure", closure)
        return project

    return edit


@pytest.fixture
def retrained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, float]:
    """Replaces training; what to add to the metrics of a method, by its name."""
    shifts: dict[str, float] = {}

    @contextmanager
    def train(project: Project, unit: RunUnit, device: str = "auto") -> Iterator[Unit]:
        scratch = tmp_path / "scratch" / unit.fingerprint
        setting = "celeba40" if len(unit.spec["tasks"]) == 40 else "celeba8"
        shift = shifts.get(unit.method, 0.0)
        scores = fabricate.realistic()

        def metrics(seed: int) -> dict[str, float]:
            values = scores(setting, unit.method, seed)
            return {name: value + shift for name, value in values.items()}

        fabricate.write_unit(scratch, unit, metrics)
        yield load_unit(scratch / unit.path)

    monkeypatch.setattr(carry_over, "retrained", train)
    monkeypatch.setattr(verify, "retrained", train)
    return shifts


def test_nothing_to_carry_over(finished: Project, retrained: dict[str, float]) -> None:
    with pytest.raises(MtlError, match="nothing to carry over"):
        carry_over.carry_over(finished, 1)
    with pytest.raises(MtlError, match="--verify: expected at least 1"):
        carry_over.carry_over(finished, 0)


def test_runs_are_kept_when_the_samples_are_the_same(
    edited: Edit, retrained: dict[str, float]
) -> None:
    project = edited("mtl/methods/etr.py")
    units = [unit for unit in project.units() if unit.method == "etr"]
    assert not any(unit.is_done(project.root) for unit in units)
    verified, carried = carry_over.carry_over(project, 1)
    assert len(verified) == 1
    assert set(carried) == {unit.name for unit in units}
    for unit in units:
        stored = load_unit(project.root / unit.path, unit.fingerprint)
        assert stored.records[0].identity == unit.identity
        assert run_fingerprint(stored.records[0].identity) == unit.fingerprint
        note = stored.provenance["carried_over"]
        assert note["verified_by"] == verified
        assert note["code"] == [
            f"code.mtl/methods/etr.py: {_hash(project, note['from'])} -> {'0' * 12}"
        ]
        assert stored.provenance["commit"].startswith("c0ffee")
        assert verify.check_unit(project, unit) == []


def _hash(project: Project, fingerprint: str) -> str:
    folder = project.root / "results/runs/celeba/etr" / fingerprint
    return load_unit(folder).records[0].identity["code"]["mtl/methods/etr.py"]


def test_nothing_is_kept_when_a_sample_differs(edited: Edit, retrained: dict[str, float]) -> None:
    project = edited("mtl/methods/etr.py", "mtl/methods/gradnorm.py")
    retrained["gradnorm"] = 1e-9
    with pytest.raises(
        MtlError, match=r"changes results; they were not kept\nceleba/gradnorm/\w+, seed 0"
    ):
        carry_over.carry_over(project, 1)
    due = [unit for unit in project.units() if unit.method in ("etr", "gradnorm")]
    assert not any(unit.is_done(project.root) for unit in due)


ELSEWHERE = {**fabricate.PLATFORM, "cpu": "another"}


def test_other_bits_of_another_platform_prove_nothing(
    finished: Project, edited: Edit, retrained: dict[str, float]
) -> None:
    for unit in finished.units():
        if unit.method == "etr":
            fabricate.write_unit(finished.root, unit, lambda seed: {"f_score": 0.5}, ELSEWHERE)
    project = edited("mtl/methods/etr.py")
    with pytest.raises(
        MtlError, match=r"celeba/etr/\w+: the results differ, but the stored runs w"
    ):
        carry_over.carry_over(project, 1)


def test_equal_bits_of_another_platform_prove_as_much(
    finished: Project, edited: Edit, retrained: dict[str, float]
) -> None:
    fabricate.write_runs(finished, fabricate.realistic(), ELSEWHERE)
    project = edited("mtl/methods/etr.py")
    verified, carried = carry_over.carry_over(project, 1)
    assert len(verified) == 1
    assert set(carried) == {unit.name for unit in project.units() if unit.method == "etr"}


def test_the_nearest_of_several_stored_units_is_kept(
    finished: Project, edited: Edit, retrained: dict[str, float]
) -> None:
    """An older one, of other code of the objectives too, lies beside it."""
    older = edited("mtl/methods/etr.py", "mtl/objectives/attributes.py")
    for unit in older.units():
        if unit.method == "etr":
            fabricate.write_unit(older.root, unit, lambda seed: {"f_score": 0.5})
    assert {unit.name for unit in finished.units()} == {
        unit.name for unit in load_project(finished.root, "mini").units()
    }
    pairs = carry_over.candidates(edited("mtl/layers/etr.py"))
    assert "etr" in {pair.unit.method for pair in pairs}
    for pair in pairs:
        assert not any("objectives" in line for line in pair.changes), pair.changes


def test_every_changed_file_is_used_by_a_sample(edited: Edit, retrained: dict[str, float]) -> None:
    project = edited("mtl/methods/etr.py", "mtl/methods/gradnorm.py")
    verified, carried = carry_over.carry_over(project, 1)
    assert {name.split("/")[1] for name in verified} == {"etr", "gradnorm"}
    assert len(carried) == 4


def test_other_changes_than_code_are_not_carried_over(
    finished: Project, retrained: dict[str, float]
) -> None:
    path = finished.root / "workflow/config/scales/mini.yaml"
    path.write_text(path.read_text().replace("epochs: 3", "epochs: 4"))
    with pytest.raises(MtlError, match="nothing to carry over"):
        carry_over.carry_over(load_project(finished.root, "mini"), 1)


def _describe(path: Path, **changes: object) -> None:
    content = {"columns": ["Male"], "classes": [2], "height": 4, "width": 4, "source": "twin"}
    splits = {"train": {"n": 1, "images_sha256": "0"}}
    atomic_write(path, canonical_json(content | {"splits": splits} | changes))


@pytest.mark.parametrize("changed", [{}, {"splits": {"train": {"n": 1, "images_sha256": "1"}}}])
def test_data_prepared_by_other_code_must_be_the_same(
    finished: Project, edited: Edit, retrained: dict[str, float], changed: dict[str, object]
) -> None:
    project = edited("mtl/data/store.py")
    with pytest.raises(MtlError, match="the new data must lie beside the old"):
        carry_over.carry_over(project, 1)
    before = {unit.data.dataset: unit.data for unit in finished.units()}
    for unit in project.units():
        assert unit.data.fingerprint != before[unit.dataset].fingerprint
        _describe(project.root / before[unit.dataset].record)
        _describe(project.root / unit.data.record, **changed)
    if changed:
        with pytest.raises(MtlError, match="nothing to carry over"):
            carry_over.carry_over(project, 1)
    else:
        _, carried = carry_over.carry_over(project, 1)
        assert set(carried) == {unit.name for unit in project.units()}


def test_a_sample_is_of_many_methods_and_always_the_same(finished: Project) -> None:
    units = finished.units()
    chosen = sample(units, 5)
    assert {unit.method for unit in chosen} == {unit.method for unit in units}
    assert sample(list(reversed(units)), 5) == chosen
    assert sample(units, 3, "other") != chosen[:3]
    assert len(sample(units, 100)) == len(units)


def test_verify_finds_what_was_changed(finished: Project) -> None:
    units = finished.units()
    assert all(verify.check_unit(finished, unit) == [] for unit in units)
    record = finished.root / units[0].metrics[1]
    record.write_text(record.read_text().replace("0.6", "0.7", 1))
    assert str(record) in verify.check_unit(finished, units[0])[0]
    checkpoint = finished.root / units[1].checkpoints / "seed0.safetensors"
    atomic_write(checkpoint, b"other weights")
    assert verify.check_unit(finished, units[1]) == [
        f"{checkpoint}: its hash is not the one in {finished.root / units[1].metrics[0]}"
    ]


def test_verify_finds_records_of_another_identity(finished: Project) -> None:
    unit = finished.units()[0]
    identity = {**unit.identity, "seeds": [7]}
    fabricate.write_unit(finished.root, unit, lambda seed: {"precision": 0.5}, identity=identity)
    assert "the identity does not hash to the fingerprint" in verify.check_unit(finished, unit)[0]


def test_a_rerun_is_compared(finished: Project, retrained: dict[str, float]) -> None:
    names, problems = verify.rerun(finished, 10)
    assert len(names) == 10
    assert problems == []
    retrained["etr"] = 0.25
    _, problems = verify.rerun(finished, 10)
    assert len(problems) == 2 * 5
    assert all("/etr/" in line and "f_score" in line for line in problems)


def test_products_that_are_not_made_are_problems(finished: Project) -> None:
    assert "results/tables/faces/table_4.json: table faces/table_4 was never made" in (
        verify.check_products(finished)
    )
