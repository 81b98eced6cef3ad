"""Stored runs with gates as files, with the real training of tiny networks."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from mtl.cli import main
from mtl.config import Project, load_project
from mtl.data.store import open_store
from mtl.errors import MtlError
from mtl.training.network import build
from mtl.training.spec import TrainingSpec
from mtl.workflow import jobs
from mtl.workflow.export import export_run
from tests.results import fabricate
from tests.workflow.test_retrain import PAPER, SCALE


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose runs of the first seed are trained, with and without gates."""
    root = tmp_path_factory.mktemp("export") / "project"
    fabricate.write_config(root, PAPER, SCALE)
    project = load_project(root, "mini")
    jobs.make_twin(project, "celeba")
    jobs.prepare(project, "celeba")
    for row in ("single_task", "gated"):
        jobs.train(project, project.units_for("faces", "celeba8", row)[0], "cpu")
    return project


@pytest.mark.slow
def test_the_command_writes_the_trained_network(
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
) -> None:
    unit, path = project.units_for("faces", "celeba8", "gated")[0], tmp_path / "net.pt2"
    shutil.rmtree(project.root / unit.checkpoints)  # they are trained again
    monkeypatch.chdir(project.root)
    assert main(["export", unit.name, "--to", str(path), "--device", "cpu", "--scale", "mini"]) == 0
    assert capsys.readouterr().out.endswith(f"{path}\n")
    program = torch.export.load(path).module()
    jobs.train(project, unit, "cpu")
    outputs = [len(task["columns"]) for task in unit.spec["tasks"]]
    store = open_store(project.root / unit.data.path)
    images = torch.rand(5, 3, store.height, store.width)
    spec = TrainingSpec.parse(unit.spec)
    network, _ = build(spec, unit.seeds, outputs, (store.height, store.width))
    weights = load_file(project.root / unit.weights[0])
    network.load_state_dict({name: tensor[None] for name, tensor in weights.items()})
    with torch.no_grad():
        torch.testing.assert_close(program(images), network(images, None)[0], rtol=0, atol=1e-5)


def test_what_cannot_be_exported_is_refused(project: Project, tmp_path: Path) -> None:
    gated, absent = project.units_for("faces", "celeba8", "gated")
    single = project.units_for("faces", "celeba8", "single_task")[0]
    path = tmp_path / "net.pt2"
    with pytest.raises(MtlError, match=r"method with gates .* found 'single_task'"):
        export_run(project, single, None, path)
    with pytest.raises(MtlError, match=r"unknown seed '7'; expected one of 0\."):
        export_run(project, gated, 7, path)
    with pytest.raises(MtlError, match=rf"the export needs the runs {absent.name}, which do not"):
        export_run(project, absent, None, path)
    with pytest.raises(MtlError, match=r"net\.onxx: expected a name that ends in"):
        export_run(project, gated, None, path.with_suffix(".onxx"))
    assert not list(tmp_path.iterdir())


def test_the_prepared_data_say_what_the_images_are(project: Project, tmp_path: Path) -> None:
    root = tmp_path / "copy"
    shutil.copytree(project.root, root)
    copy = load_project(root, "mini")
    unit = copy.units_for("faces", "celeba8", "gated")[0]
    (root / unit.data.record).unlink()
    with pytest.raises(MtlError, match="the prepared data do not exist"):
        export_run(copy, unit, None, tmp_path / "net.pt2")
