from __future__ import annotations

import functools
import io
import json
from collections.abc import Callable

import pytest
import torch

from mtl.data.store import Store
from mtl.diagnostics import registry
from mtl.errors import MtlError
from mtl.training.trainer import Trainer
from tests.diagnostics.trained import SEEDS, finished, trainer
from tests.training.fabricate import train_batches

SHARED = ("gradient_cka", "gradient_conflict")
CASES = {
    "hard_sharing": (*SHARED, "inference_cost"),
    "gradnorm": SHARED,
    "mgda_ub": SHARED,
    "attentive": SHARED,
    "maximum_roaming": SHARED,
    "task_routing": SHARED,
    "lbconv": SHARED,
    "shift": SHARED,
    "depthwise": SHARED,
    "ghost": SHARED,
    "nlp": (*SHARED, "feature_maps"),
    "etr": (*SHARED, "activations"),
    "etr_nlp": (*SHARED, "activations", "feature_maps", "inference_cost"),
    "interrogate": ("gates", "inference_cost"),
}


@pytest.fixture(scope="module")
def watched(store: Store) -> Callable[[str], Trainer]:
    """A training of a method to its end, with all diagnostics that can look at it."""
    return functools.cache(
        lambda method: finished(store, method, CASES[method], dtype=torch.float32, selection="last")
    )


def test_the_files_are_the_diagnostics() -> None:
    assert registry.available() == [
        "activations",
        "feature_maps",
        "gates",
        "gradient_cka",
        "gradient_conflict",
        "inference_cost",
        "predictions",
    ]


def test_an_unknown_diagnostic_is_told_its_neighbour(store: Store) -> None:
    message = r"unknown diagnostic 'gradient_ckaa'.*Did you mean 'gradient_cka'\?"
    with pytest.raises(MtlError, match=message):
        trainer(store, "hard_sharing", ["gradient_ckaa"])


@pytest.mark.parametrize("name", ["base", "registry", "gradients"])
def test_other_modules_are_no_diagnostics(store: Store, name: str) -> None:
    with pytest.raises(MtlError, match=rf"unknown diagnostic '{name}'"):
        trainer(store, "hard_sharing", [name])


@pytest.mark.parametrize(
    ("method", "name", "message"),
    [
        ("single_task", "gradient_cka", "has a network for each task"),
        ("single_task", "gradient_conflict", "has a network for each task"),
        ("hard_sharing", "feature_maps", "needs .* the option 'primitives', found 'hard_sharing'"),
        ("etr", "feature_maps", "needs .* the option 'primitives', found 'etr'"),
        ("hard_sharing", "activations", "explicit task routing, which 'hard_sharing' does not"),
        ("hard_sharing", "predictions", "shows maps, found tasks of the kind 'attributes'"),
        ("hard_sharing", "gates", "the gates of InterroGate choose, which 'hard_sharing' does not"),
        ("task_routing", "activations", "explicit task routing, which 'task_routing' does not"),
    ],
)
def test_what_a_diagnostic_cannot_see_is_refused(
    store: Store, method: str, name: str, message: str
) -> None:
    with pytest.raises(MtlError, match=rf"diagnostics: '{name}'.*{message}"):
        trainer(store, method, [name])


@pytest.mark.parametrize("method", CASES)
def test_diagnostics_change_no_bit_of_a_training(
    store: Store, watched: Callable[[str], Trainer], method: str
) -> None:
    plain = finished(store, method, (), dtype=torch.float32, selection="last")
    with_diagnostics = watched(method)
    assert torch.equal(plain.adam.values, with_diagnostics.adam.values)
    assert torch.equal(plain.adam.first_moment, with_diagnostics.adam.first_moment)
    for one, other in zip(plain.logs, with_diagnostics.logs, strict=True):
        assert one.curve == other.curve
        assert (one.selected, one.final) == (other.selected, other.final)
        for name, tensor in one.weights.items():
            assert torch.equal(tensor, other.weights[name])
    assert plain.diagnostic_metrics(0) == {}


@pytest.mark.parametrize("method", ["hard_sharing", "etr_nlp"])
def test_a_resumed_training_finds_the_same(
    store: Store, watched: Callable[[str], Trainer], method: str
) -> None:
    whole = watched(method)
    for batches in (2, 4):  # the middle of an epoch, after an evaluation, and of the next one
        stopped = trainer(store, method, CASES[method], dtype=torch.float32, selection="last")
        train_batches(stopped, batches)
        stored = io.BytesIO()
        torch.save(stopped.state(), stored)
        resumed = trainer(store, method, CASES[method], dtype=torch.float32, selection="last")
        resumed.load_state(torch.load(io.BytesIO(stored.getvalue()), weights_only=True))
        resumed.run(lambda trainer: None)
        for position in range(len(SEEDS)):
            for name, diagnostic in whole.diagnostics.items():
                found = resumed.diagnostics[name].result(position)
                assert found == diagnostic.result(position), name
            metrics = resumed.diagnostic_metrics(position)
            assert metrics == whole.diagnostic_metrics(position)


@pytest.mark.parametrize("method", CASES)
def test_what_is_found_is_finite_json(watched: Callable[[str], Trainer], method: str) -> None:
    done = watched(method)
    for position in range(len(SEEDS)):
        for name, diagnostic in done.diagnostics.items():
            found = diagnostic.result(position)
            text = json.dumps(found, allow_nan=False)
            assert json.loads(text) == found
            assert found or (name in ("activations", "feature_maps") and position == 1)
        assert all(isinstance(value, float) for value in done.diagnostic_metrics(position).values())


def test_the_time_of_diagnostics_is_noted(watched: Callable[[str], Trainer]) -> None:
    assert watched("hard_sharing").timings["diagnostics_s"] > 0
