from __future__ import annotations

import pytest
import torch

from mtl.layers.heads import DenseHeads, Heads
from mtl.layers.replicas import Replicas, initialise
from mtl.pruning.heads import heads_of

FEATURES, OUTPUTS, SEEDS = 6, (2, 1, 3), (3, 11)


def test_each_head_of_maps_is_that_of_the_seed() -> None:
    groups = [[0], [1], [2]]
    heads = DenseHeads(Replicas(len(SEEDS), 4), FEATURES, OUTPUTS, groups)
    initialise(heads, SEEDS)
    heads.double()
    features = torch.rand(2, len(SEEDS) * 3, FEATURES, 4, 5, dtype=torch.float64)
    expected = heads(features, None)
    for position in range(len(SEEDS)):
        own = heads_of(heads, position, FEATURES)
        found = [head(features[:, 3 * position + task]) for task, head in enumerate(own)]
        torch.testing.assert_close(torch.cat(found, 1), expected[position], rtol=0, atol=1e-12)


def test_heads_of_another_kind_are_refused() -> None:
    class OtherHeads(Heads):
        def forward(self, features, task):
            return features

        def feature_gradients(self, losses, logits, features):
            return features

    with pytest.raises(TypeError, match="no way to take OtherHeads apart"):
        heads_of(OtherHeads(), 0, FEATURES)
