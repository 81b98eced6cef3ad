from __future__ import annotations

from mtl.layers.convolution import RunningBatchNorm2d
from mtl.training.network import build, count
from mtl.training.spec import TrainingSpec
from tests.training.fabricate import make_spec


def test_it_has_the_size_of_resnet20() -> None:
    """He et al.: 0.27M parameters; 40.8 million MACs at 32 x 32, and projections here."""
    spec = TrainingSpec.parse(make_spec("hard_sharing", host="resnet20", width=16))
    found = count(spec, (10,), (32, 32))
    convolutions = 432 + 9 * (6 * 16**2 + 16 * 32 + 5 * 32**2 + 32 * 64 + 5 * 64**2)
    projections = 16 * 32 + 32 * 64
    normalisations = 2 * (16 + 6 * (16 + 32 + 64))
    assert found.parameters_total == convolutions + projections + normalisations + 650
    assert abs(found.macs - 40.8e6) < 0.02 * 40.8e6


def test_nineteen_convolutions_have_running_statistics() -> None:
    spec = TrainingSpec.parse(make_spec("hard_sharing", host="resnet20", width=8))
    network, _ = build(spec, (0,), (1, 1, 4), (32, 32))
    norms = [m for m in network.modules() if isinstance(m, RunningBatchNorm2d)]
    assert len(norms) == 19
