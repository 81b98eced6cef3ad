from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mtl.cli import main
from mtl.config import Project, load_project
from mtl.data import registry
from mtl.data.store import open_store
from mtl.errors import MtlError
from mtl.io import atomic_write, canonical_json, read_json
from mtl.workflow import jobs
from tests.results import fabricate


@pytest.fixture
def project(tmp_path: Path) -> Project:
    scale = fabricate.SCALE.replace("train: 64, val: 32, test: 32", "train: 2, val: 1, test: 1")
    fabricate.write_config(tmp_path, scale=scale)
    return load_project(tmp_path, "mini")


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Replaces the training by one that writes records; the folders it was asked to fill."""
    import mtl.training.run

    folders: list[Path] = []

    def train_unit(
        spec: Mapping[str, Any],
        seeds: tuple[int, ...],
        store: Path,
        out: Path,
        checkpoints: Path,
        resume: Path,
        identity: Mapping[str, Any],
        fingerprint: str,
        start: list[Path],
        device: str,
    ) -> None:
        folders.append(out)
        for seed in seeds:
            atomic_write(out / f"seed{seed}/metrics.json", "{}")
            atomic_write(checkpoints / f"seed{seed}.safetensors", b"weights")
        atomic_write(out / "unit.json", "{}")

    monkeypatch.setattr(mtl.training.run, "train_unit", train_unit)
    return folders


def prepare_nothing(project: Project) -> None:
    """As if the data were prepared."""
    atomic_write(project.root / project.prepared("celeba").record, "{}")


def test_a_twin_is_made_and_prepared(project: Project) -> None:
    twin, data = project.twin("celeba"), project.prepared("celeba")
    with pytest.raises(MtlError, match="do not exist; make them with `python -m mtl twin celeba`"):
        jobs.prepare(project, "celeba")
    jobs.make_twin(project, "celeba", twin.fingerprint, lambda: project)
    jobs.prepare(project, "celeba", data.fingerprint, lambda: project)
    store = open_store(project.root / data.path, data.fingerprint, verify=True)
    assert store.sizes == {"train": 2, "val": 1, "test": 1}
    assert store.identity == data.identity
    assert store.source_label == data.source_label
    assert [path.name for path in (project.root / data.path).parent.iterdir()] == [data.fingerprint]


PROBE = """\
name: probe
title: Probe
short: Probe
venue: tests
settings:
  near: &setting
    label: related
    dataset: faces_probe
    tasks: probe4
    host: resnet18
    metrics: [f_score]
    evaluation: {split: val, selection: best_f_score}
    twin: {relatedness: 0.9}
  far: {<<: *setting, label: unrelated, twin: {relatedness: 0.1}}
rows:
  hard_sharing: {method: hard_sharing}
tables:
  table:
    title: Table
    caption: Caption.
    baseline: hard_sharing
    groups:
      - {setting: near, label: related, metrics: [f_score]}
      - {setting: far, label: unrelated, metrics: [f_score]}
    rows: [hard_sharing]
"""
PROBE_SCALE = """\
  faces_probe: {source: twin, short_side: 16, twin: {train: 2, val: 1, test: 1}}
settings:
  near: &probe
    {width: 4, epochs: 1, batch_size: 2, eval_batch_size: 1, learning_rate: 0.001}
  far: *probe
"""


@pytest.fixture
def probe(project: Project) -> Project:
    """The project with two settings that dial the twin of one dataset."""
    folder = project.root / "workflow/config"
    atomic_write(folder / "papers/probe.yaml", PROBE)
    scale = folder / "scales/mini.yaml"
    scale.write_text(scale.read_text().replace("settings:\n", PROBE_SCALE, 1))
    return load_project(project.root, "mini")


def test_every_variant_of_a_twin_is_made_and_prepared(probe: Project) -> None:
    variants = probe.variants("faces_probe")
    assert len(variants) == 2
    assert jobs.make_twin(probe, "faces_probe", reload=lambda: probe) == [
        data.twin for data in variants
    ]
    assert jobs.prepare(probe, "faces_probe", reload=lambda: probe) == variants
    near, far = (
        open_store(probe.root / data.path, data.fingerprint, verify=True) for data in variants
    )
    assert near.source_label == "synthetic twin 'faces-probe' (no photographs)"
    assert (near.split("train").images == far.split("train").images).all()


def test_a_rule_makes_the_variant_that_it_planned(probe: Project) -> None:
    near, far = probe.variants("faces_probe")
    assert far.twin is not None
    jobs.make_twin(probe, "faces_probe", far.twin.fingerprint, lambda: probe)
    jobs.prepare(probe, "faces_probe", far.fingerprint, lambda: probe)
    assert read_json(probe.root / far.twin.record, "twin")["dials"]["relatedness"] == 0.1
    assert (probe.root / far.record).is_file()
    assert not (probe.root / near.path).exists()
    expected = f"planned as {'0' * 12}, .* now gives {near.fingerprint}, {far.fingerprint}: code"
    with pytest.raises(MtlError, match=expected):
        jobs.prepare(probe, "faces_probe", "0" * 12)


def test_a_variant_that_is_no_longer_needed_is_not_stored(probe: Project) -> None:
    paper = probe.root / "workflow/config/papers/probe.yaml"
    _, far = probe.variants("faces_probe")
    assert far.twin is not None

    def edited() -> Project:
        paper.write_text(PROBE.replace("0.1", "0.2"))
        return load_project(probe.root, "mini")

    with pytest.raises(MtlError, match=r"while it was made\. Nothing was stored"):
        jobs.make_twin(probe, "faces_probe", far.twin.fingerprint, edited)
    assert list((probe.root / "data/raw/twins/faces_probe").iterdir()) == []


def test_the_status_names_variants_by_their_dials(
    probe: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(probe.root)
    data = probe.variants("faces_probe")[1]
    atomic_write(probe.root / data.record, "{}")
    assert main(["status", "--scale", "mini"]) == 0
    text = capsys.readouterr().out
    assert "data faces_probe (relatedness 0.9): synthetic twin 'faces-probe' (no photo" in text
    assert "data faces_probe (relatedness 0.1): synthetic twin 'faces-probe'" in text
    assert text.count("photographs), prepared") == 1


@pytest.mark.parametrize("job", [jobs.make_twin, jobs.prepare])
def test_what_was_planned_otherwise_is_not_made(project: Project, job: Any) -> None:
    with pytest.raises(MtlError, match=r"planned as 0{12}, but the working tree now gives .*since"):
        job(project, "celeba", "0" * 12)
    assert not (project.root / "data/raw").exists()


def test_what_changes_while_it_is_made_is_not_stored(project: Project, tmp_path: Path) -> None:
    def edited() -> Project:
        scale = project.root / "workflow/config/scales/mini.yaml"
        scale.write_text(scale.read_text().replace("seed: 0", "seed: 1"))
        return load_project(project.root, "mini")

    with pytest.raises(MtlError, match=r"while it was made\. Nothing was stored"):
        jobs.make_twin(project, "celeba", reload=edited)
    assert list((project.root / "data/raw/twins/faces").iterdir()) == []


def test_real_data_must_be_those_of_the_manifest(project: Project) -> None:
    jobs.make_twin(project, "celeba")
    raw = project.root / project.twin("celeba").path
    scale = project.root / "workflow/config/scales/mini.yaml"
    text = scale.read_text().replace("source: twin", f"source: real\n    root: {raw}")
    scale.write_text("\n".join(line for line in text.splitlines() if "twin:" not in line) + "\n")
    manifest = registry.load("celeba").raw_manifest(raw)
    path = project.root / "data/raw/celeba.manifest.json"
    atomic_write(path, canonical_json({**manifest, "images": 5}))
    real = load_project(project.root, "mini")
    with pytest.raises(
        MtlError, match=r"not those of data/raw/celeba\.manifest\.json .*: images\)"
    ):
        jobs.prepare(real, "celeba")
    atomic_write(path, canonical_json(manifest))
    real = load_project(project.root, "mini")
    jobs.prepare(real, "celeba")
    assert open_store(real.root / real.prepared("celeba").path).source == "real"
    with pytest.raises(MtlError, match="uses real data for 'celeba'; there is no twin to make"):
        jobs.make_twin(real, "celeba")


def test_a_unit_is_stored_as_a_whole(project: Project, trained: list[Path]) -> None:
    unit = project.units()[0]
    with pytest.raises(MtlError, match="the prepared data do not exist; make them with"):
        jobs.train(project, unit)
    prepare_nothing(project)
    jobs.train(project, unit, reload=lambda: project)
    assert unit.is_done(project.root)
    assert trained[0] != project.root / unit.path
    assert (project.root / unit.checkpoints / "seed0.safetensors").is_file()
    assert len(list((project.root / unit.path).parent.iterdir())) == 1


def test_a_unit_whose_code_changes_meanwhile_is_not_stored(
    project: Project, trained: list[Path]
) -> None:
    prepare_nothing(project)
    unit = project.units()[0]

    def edited() -> Project:
        scale = project.root / "workflow/config/scales/mini.yaml"
        scale.write_text(scale.read_text().replace("epochs: 3", "epochs: 4"))
        return load_project(project.root, "mini")

    with pytest.raises(MtlError, match=r"changed while it was trained\. Nothing was stored"):
        jobs.train(project, unit, reload=edited)
    assert not (project.root / unit.path).exists()


def test_a_failure_leaves_a_note_until_the_unit_is_trained(
    project: Project, trained: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    import mtl.training.run

    prepare_nothing(project)
    unit = project.units()[0]
    works = mtl.training.run.train_unit

    def fail(*arguments: object, **options: object) -> None:
        raise MtlError("the loss\nis infinite")

    monkeypatch.setattr(mtl.training.run, "train_unit", fail)
    with pytest.raises(MtlError, match="is infinite"):
        jobs.train(project, unit)
    note = read_json(project.root / unit.failure, "note")
    assert note["fingerprint"] == unit.fingerprint
    assert note["error"] == "the loss is infinite"
    assert not (project.root / unit.path).exists()
    monkeypatch.setattr(mtl.training.run, "train_unit", works)
    jobs.train(project, unit)
    assert not (project.root / unit.failure).exists()


def test_an_interruption_is_no_failure(
    project: Project, trained: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    import mtl.training.run

    prepare_nothing(project)
    unit = project.units()[0]

    def interrupted(*arguments: object, **options: object) -> None:
        raise mtl.training.run.Interrupted(143)

    monkeypatch.setattr(mtl.training.run, "train_unit", interrupted)
    with pytest.raises(SystemExit):
        jobs.train(project, unit)
    assert not (project.root / unit.failure).exists()
    assert not (project.root / unit.path).exists()
