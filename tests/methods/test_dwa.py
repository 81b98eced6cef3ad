from __future__ import annotations

import torch

from mtl.data.store import Store
from tests.methods.steps import batch, joint_step
from tests.training.fabricate import make_spec, make_trainer, train_batches

SEEDS = (3, 11)


def spec(**options: float) -> dict:
    return make_spec("dwa", host="resnet_small", batch_size=8, epochs=4, options=options)


def test_the_weights_follow_the_mean_losses_of_the_last_two_epochs(store: Store) -> None:
    trainer = make_trainer(store, spec(temperature=0.5), SEEDS)
    seen: list[torch.Tensor] = []
    used: list[torch.Tensor] = []
    weigh = trainer.method.task_weights

    def watch(step):
        seen.append(step.losses.detach().clone())
        used.append(weigh(step))
        return used[-1]

    trainer.method.task_weights = watch
    trainer.run(lambda trainer: None)
    means = [torch.stack(seen[3 * epoch : 3 * epoch + 3]).mean(0) for epoch in range(4)]
    for epoch in range(4):
        expected = torch.ones(2, 3, dtype=torch.float64)
        if epoch >= 2:
            expected = 3 * (means[epoch - 1] / means[epoch - 2] / 0.5).softmax(1)
        for weights in used[3 * epoch : 3 * epoch + 3]:
            torch.testing.assert_close(weights, expected, rtol=1e-12, atol=0)
    assert not torch.allclose(used[-1], torch.ones_like(used[-1]), atol=1e-4)


def test_a_task_that_stands_still_gets_more_weight(store: Store) -> None:
    trainer = make_trainer(store, spec(), SEEDS)
    trainer.method.last = torch.tensor([[1.0, 0.5, 0.5]] * 2, dtype=torch.float64)
    weights = trainer.method.task_weights(joint_step(trainer, *batch(trainer)))
    assert (weights[:, 0] > weights[:, 1]).all()
    torch.testing.assert_close(weights.sum(1), torch.full((2,), 3.0, dtype=torch.float64))


def test_the_state_is_kept(store: Store) -> None:
    trainer, other = (make_trainer(store, spec(), SEEDS) for _ in range(2))
    train_batches(trainer, 8)
    other.method.load_state(trainer.method.state())
    step = joint_step(trainer, *batch(trainer))
    assert torch.equal(trainer.method.task_weights(step), other.method.task_weights(step))
    assert torch.equal(trainer.method.sums, other.method.sums)
