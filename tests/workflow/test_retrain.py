"""Runs that start from others', with the real training of tiny networks."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from safetensors.torch import load_file

from mtl.config import Project, load_project
from mtl.errors import MtlError
from mtl.results.records import load_unit
from mtl.workflow import jobs
from mtl.workflow.carry_over import carry_over
from mtl.workflow.retrain import retrained, starting_weights
from tests.results import fabricate

PAPER = (
    fabricate.PAPER[: fabricate.PAPER.index("figures:")]
    .replace("host: resnet18", "host: resnet_small")
    .replace(
        "  single_task: {",
        "  gated: {method: interrogate, label: Gated}\n  single_task: {",
    )
    .replace("rows: [hard_sharing, task_routing, etr]", "rows: [hard_sharing, gated]")
)
SCALE = (
    fabricate.SCALE.replace("train: 64, val: 32, test: 32", "train: 8, val: 4, test: 1")
    .replace("seeds: 5", "seeds: 2")
    .replace("seeds_together: 5", "seeds_together: 1")
    .replace("width: 8, epochs: 3, batch_size: 32", "width: 4, epochs: 1, batch_size: 4")
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose single-task runs of the first seed are trained."""
    root = tmp_path_factory.mktemp("gated") / "project"
    fabricate.write_config(root, PAPER, SCALE)
    project = load_project(root, "mini")
    jobs.make_twin(project, "celeba")
    jobs.prepare(project, "celeba")
    jobs.train(project, project.units_for("faces", "celeba8", "single_task")[0], "cpu")
    return root


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Project:
    root = tmp_path / "project"
    shutil.copytree(template, root)
    return load_project(root, "mini")


def test_a_run_starts_from_those_of_its_own_seed(project: Project) -> None:
    gated = project.units_for("faces", "celeba8", "gated")
    single = project.units_for("faces", "celeba8", "single_task")
    assert [unit.start for unit in gated] == single
    assert [unit.identity["start"] for unit in gated] == [unit.fingerprint for unit in single]
    assert "start" not in single[0].identity
    # Table 3a shows no single-task row; its runs are planned all the same, before the gated ones.
    names = [unit.name for unit in project.units()]
    assert names.index(single[0].name) < names.index(gated[0].name)


def test_it_trains_from_stored_weights_and_from_weights_trained_again(project: Project) -> None:
    unit = project.units_for("faces", "celeba8", "gated")[0]
    assert unit.start is not None
    with starting_weights(project, unit, "cpu") as stored:
        assert stored == [project.root / path for path in unit.start.weights]
    jobs.train(project, unit, "cpu")
    first = load_unit(project.root / unit.path)
    shutil.rmtree(project.root / unit.path)
    shutil.rmtree(project.root / unit.start.checkpoints)
    jobs.train(project, unit, "cpu")
    again = load_unit(project.root / unit.path)
    assert again.hashes == first.hashes
    assert not (project.root / unit.start.checkpoints).exists()
    with retrained(project, unit, "cpu") as third:
        assert third.hashes == first.hashes


def test_damaged_weights_are_trained_again(project: Project) -> None:
    unit = project.units_for("faces", "celeba8", "gated")[0]
    assert unit.start is not None
    (path,) = unit.start.weights
    wanted = {name: tensor.clone() for name, tensor in load_file(project.root / path).items()}
    (project.root / path).write_bytes(b"damaged")
    with starting_weights(project, unit, "cpu") as again:
        assert again != [project.root / path]
        found = load_file(again[0])
    assert all((found[name] == tensor).all() for name, tensor in wanted.items())


def test_without_the_runs_it_says_how_to_make_them(project: Project) -> None:
    unit = project.units_for("faces", "celeba8", "gated")[1]
    assert unit.start is not None
    with pytest.raises(MtlError, match=f"`python -m mtl train {unit.start.name}`"):
        jobs.train(project, unit, "cpu")


def test_both_are_carried_over_a_code_edit(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.train(project, project.units_for("faces", "celeba8", "gated")[0], "cpu")
    edited = load_project(project.root, "mini")
    real = edited.code.closure

    def closure(module: str) -> dict[str, str]:
        hashes = real(module)
        return {k: "0" * 12 if k == "mtl/training/adam.py" else v for k, v in hashes.items()}

    monkeypatch.setattr(edited.code, "closure", closure)
    old, new = (one.units_for("faces", "celeba8", "gated")[0] for one in (project, edited))
    assert new.start is not None
    assert old.fingerprint != new.fingerprint
    assert old.identity["start"] != new.identity["start"]
    _, carried = carry_over(edited, 1)
    assert set(carried) == {new.start.name, new.name}
    stored = load_unit(project.root / new.path)
    assert stored.records[0].identity == new.identity
    assert stored.records[0].metrics == load_unit(project.root / old.path).records[0].metrics


def test_a_paper_without_such_a_row_is_refused(tmp_path: Path) -> None:
    lacking = PAPER.replace("{method: single_task,", "{method: etr, options: {gamma: 0.5},")
    fabricate.write_config(tmp_path, lacking, SCALE)
    message = r"rows\.gated\.method: faces: the runs of 'interrogate' start from those of 'single_t"
    with pytest.raises(MtlError, match=message):
        load_project(tmp_path, "mini")
