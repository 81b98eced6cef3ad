"""What trained networks cost to deploy: the extremes of gates, and what networks are made of."""

from __future__ import annotations

import pytest
import torch

from mtl.data.store import Store
from mtl.errors import MtlError
from mtl.layers.gates import Gate
from tests.diagnostics.trained import SEEDS, trainer

OUTPUTS, WIDTH = 5, 8
FEATURES = 4 * WIDTH


def costs(store: Store, method: str, gates: dict[int, float] | None = None) -> list[dict]:
    """Of each seed; `gates` are the logits of all gates of the seed at a position."""
    made = trainer(store, method, ["inference_cost"], selection="last", width=WIDTH)
    for gate in made.network.modules():
        if isinstance(gate, Gate):
            with torch.no_grad():
                for position, logit in (gates or {}).items():
                    gate.alpha_scaled[position] = logit
    found = made.diagnostics["inference_cost"]
    made.network.eval()
    found.at_end()
    results = [found.result(position) for position in range(len(SEEDS))]
    for position, result in enumerate(results):
        assert made.diagnostic_metrics(position) == {"flops": float(result["flops"])}
    return results


def test_a_network_for_each_task_is_three_shared_ones_but_for_the_heads(store: Store) -> None:
    [shared, again], [alone, _] = costs(store, "hard_sharing"), costs(store, "single_task")
    assert shared == again
    assert not shared["pruned"]
    heads = OUTPUTS * FEATURES
    assert alone["flops"] == 3 * shared["flops"] - 2 * 2 * heads
    assert alone["parameters"] == 3 * shared["parameters"] - 2 * (heads + OUTPUTS)


def test_regimes_that_pass_for_each_task_pay_for_each_pass(store: Store) -> None:
    """Masked networks cost what plain ones do; each pass has its own task's head."""
    [alone, _], [routed, _] = costs(store, "single_task"), costs(store, "task_routing")
    assert routed["flops"] == alone["flops"]
    assert routed["parameters"] < alone["parameters"]


def test_gates_are_pruned_seed_by_seed_between_the_extremes(store: Store) -> None:
    [lowest, _], [highest, _] = costs(store, "hard_sharing"), costs(store, "single_task")
    closed, opened = costs(store, "interrogate", {0: -1.0, 1: 1.0})
    assert (closed["flops"], closed["parameters"]) == (lowest["flops"], lowest["parameters"])
    assert (opened["flops"], opened["parameters"]) == (highest["flops"], highest["parameters"])
    assert closed["pruned"]
    assert opened["pruned"]


def test_a_selected_epoch_may_have_other_gates(store: Store) -> None:
    message = r"evaluation\.selection: 'inference_cost' .* expected last or mean_of_last_10, found"
    with pytest.raises(MtlError, match=message):
        trainer(store, "interrogate", ["inference_cost"])
    trainer(store, "hard_sharing", ["inference_cost"])
