"""The benchmarks run and compare what they say; how fast anything is, is not tested."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from benchmarks import engine, plain, together
from benchmarks.task import Size, make_store, specification
from mtl.data.store import Store
from mtl.training.network import build, parameter_counts
from mtl.training.spec import TrainingSpec

TINY = Size(
    side=32, width=8, batch=2, seeds=2, train=4, val=3, epochs=1, runs=1, repeats=1, seconds=0.0
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return make_store(tmp_path_factory.mktemp("store"), TINY)


@pytest.fixture(autouse=True)
def same_kernels() -> Iterator[None]:
    """What a training process sets is not for the other tests."""
    deterministic = torch.are_deterministic_algorithms_enabled()
    yield
    torch.use_deterministic_algorithms(deterministic)
    torch.set_flush_denormal(False)


def test_the_plain_network_is_the_engine_s_but_for_documented_differences() -> None:
    """The engine's shortcuts have no normalisation: 2 values a channel of three shortcuts."""
    outputs = [3, 2]
    theirs = plain.MultiTaskResNet18(8, outputs)
    spec = TrainingSpec.parse(specification(Size(), "hard_sharing"))
    ours, _ = build(spec, (0,), outputs, (32, 32))
    count = sum(parameter.numel() for parameter in theirs.parameters())
    shortcuts = 2 * (16 + 32 + 64)
    assert count - shortcuts == parameter_counts(ours, len(outputs))[0]


def test_both_ends_train_the_same_configuration(store: Store, tmp_path: Path) -> None:
    spec = specification(TINY, "hard_sharing")
    plain.train(store.directory, spec, 1, tmp_path)
    curve = json.loads((tmp_path / "seed1.json").read_text())["f_score"]
    together.train(store.directory, spec, [0, 1], tmp_path)
    record = json.loads((tmp_path / "records/seed1/metrics.json").read_text())
    assert len(curve) == len(record["curve"]) == TINY.epochs
    assert 0 <= curve[0] <= 1
    theirs = torch.load(tmp_path / "seed1.pt", weights_only=True)
    ours = load_file(tmp_path / "checkpoints/seed1.safetensors")
    assert theirs["conv1.weight"].shape == ours["trunk.stem.conv.weight"].shape


def test_all_seeds_step_in_both_ways(store: Store) -> None:
    grouped = engine.stepper(store, TINY, "etr", [0, 1])
    single = engine.one_after_another(store, TINY, "etr", plain=True)
    assert grouped() is None
    assert len(single()) == TINY.seeds


def test_costs_are_medians_of_runs_in_turn() -> None:
    calls: list[str] = []
    ticks = iter([0, 1, 1, 4, 4, 7, 7, 8, 8, 10, 10, 12])
    costs = engine.interleave(
        lambda: calls.append("theirs"), lambda: calls.append("ours"), 3, lambda: next(ticks)
    )
    assert calls == ["theirs", "ours"] * 3
    assert costs == (2, 2)


def test_a_row_says_what_is_compared_with_what() -> None:
    comparison = engine.Comparison("a step", "the usual way", 1.5, 0.25, ">= 4")
    assert engine.row(comparison) == ("| a step | the usual way | 1.5 s | 250 ms | 6.00 | >= 4 |")


@pytest.mark.parametrize(
    ("part", "rows"),
    [
        (engine.seeds_together, 14),
        (engine.fast_layers, 7),
        (engine.weighing_the_tasks, 8),
        (engine.optimiser, 1),
    ],
)
def test_every_comparison_runs(part: object, rows: int, store: Store) -> None:
    found = list(part(store, TINY))
    assert len(found) == rows
    assert len({(comparison.what, comparison.baseline) for comparison in found}) == rows
    for comparison in found:
        assert comparison.ratio > 0
        assert engine.row(comparison).count("|") == len(engine.header(TINY)[-1].split("|")) - 1


@pytest.mark.slow
def test_processes_are_compared_from_end_to_end(store: Store, tmp_path: Path) -> None:
    (comparison,) = engine.end_to_end(store, TINY, tmp_path)
    assert comparison.baseline_s > 0
    assert comparison.ours_s > 0
    assert len(list(tmp_path.glob("*/seed*.pt"))) == TINY.seeds
    assert len(list(tmp_path.glob("*/records/unit.json"))) == 1
