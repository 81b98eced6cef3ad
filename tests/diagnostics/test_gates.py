from __future__ import annotations

import pytest
import torch

from mtl.data.store import Store
from mtl.diagnostics.gates import largest_shares
from mtl.layers.gates import Gate
from tests.diagnostics.trained import finished, trainer


def test_the_largest_weight_counts_and_ties_are_shared() -> None:
    mixture = torch.tensor([[0.5, 0.2, 1 / 3, 0.4], [0.3, 0.2, 1 / 3, 0.4], [0.2, 0.6, 1 / 3, 0.2]])
    found = largest_shares(mixture)
    wanted = [(1 + 0 + 1 / 3 + 1 / 2) / 4, (0 + 0 + 1 / 3 + 1 / 2) / 4, (0 + 1 + 1 / 3 + 0) / 4]
    assert found.tolist() == pytest.approx(wanted)


def test_shares_are_those_of_gates_made_by_hand(store: Store) -> None:
    made = trainer(store, "interrogate", ["gates"], width=4)
    with torch.no_grad():
        for number, gate in enumerate(m for m in made.network.modules() if isinstance(m, Gate)):
            gate.alpha_scaled.fill_(-1)
            gate.alpha_scaled[1, 2, : number + 1] = 1
            gate.beta_scaled[0, 1, ::4] = 1
    found = made.diagnostics["gates"]
    found.at_end()
    first, second = found.result(0), found.result(1)
    assert first["tasks"] == ["face", "eyes", "hair"]
    widths = [4, 4, 4, 8, 8, 16, 16]
    assert first["layers"] == [
        "stem",
        *(f"stage{stage}.block1.conv{unit}" for stage in (1, 2, 3) for unit in (1, 2)),
    ]
    assert first["chosen"] == [[0, 0, 0]] * 7
    shares = [(number + 1) / width for number, width in enumerate(widths)]
    assert second["chosen"] == [[0, 0, pytest.approx(share)] for share in shares]
    # A quarter of the channels is the second task's; the others are everybody's in equal parts.
    assert first["largest"] == [pytest.approx([0.25, 0.5, 0.25])] * 7
    assert second["largest"] == [pytest.approx([1 / 3] * 3, abs=1e-5)] * 7


def test_layers_of_blocks_alone(store: Store) -> None:
    options = {"granularity": "block", "first_gate": 1.0}
    done = finished(store, "interrogate", ["gates"], width=4, options=options)
    found = done.diagnostics["gates"].result(0)
    assert found["layers"] == ["stem", *(f"stage{stage}.block1.conv2" for stage in (1, 2, 3))]
    assert [len(found[name]) for name in ("chosen", "largest")] == [4, 4]
    assert done.diagnostic_metrics(0) == {}
