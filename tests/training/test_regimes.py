from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from mtl.data.store import Store
from mtl.training.batches import epoch_order
from mtl.training.regimes import UPDATE_RULES
from mtl.training.trainer import Trainer
from tests.training.fabricate import make_spec, make_trainer

METHODS = ["etr", "attentive", "task_routing"]
RATE = 1e-3


class Adam:
    """The textbook's steps, apart from the code under test."""

    def __init__(self, parameters: dict[str, Tensor]):
        self.parameters = parameters
        self.first = {name: torch.zeros_like(p) for name, p in parameters.items()}
        self.second = {name: torch.zeros_like(p) for name, p in parameters.items()}
        self.count = 0

    def step(self, gradients: dict[str, Tensor]) -> None:
        self.count += 1
        for name, parameter in self.parameters.items():
            gradient = gradients[name]
            self.first[name] = 0.9 * self.first[name] + 0.1 * gradient
            self.second[name] = 0.999 * self.second[name] + 0.001 * gradient**2
            first = self.first[name] / (1 - 0.9**self.count)
            second = self.second[name] / (1 - 0.999**self.count)
            self.parameters[name] = parameter - RATE * first / (second.sqrt() + 1e-8)


def trainer_for(store: Store, method: str, regime: str, **options: Any) -> Trainer:
    spec = make_spec(
        method, regime=regime, host="resnet_small", learning_rate=RATE, options=options
    )
    return make_trainer(store, spec, (3, 11))


def batches(trainer: Trainer, count: int) -> list[tuple[Tensor, Tensor]]:
    order = epoch_order(trainer.seeds, 0, len(trainer.train_images))
    found = []
    for start in range(0, 8 * count, 8):
        images, labels = trainer.train_images.gather(order[:, start : start + 8])
        found.append((images, trainer.objective.targets(labels)))
    return found


def put(trainer: Trainer, parameters: dict[str, Tensor]) -> None:
    with torch.no_grad():
        for name, parameter in trainer.network.named_parameters():
            parameter.copy_(parameters[name])


def gradients_of(
    twin: Trainer, parameters: dict[str, Tensor], images: Tensor, targets: Tensor, task: int | None
) -> tuple[Tensor, dict[str, Tensor]]:
    """The losses of a task, or of all, at these parameters, and the gradients of their sum.

    Zeros where there is none.
    """
    put(twin, parameters)
    logits = twin.network(images, task)
    if task is None:
        losses = twin.objective.losses(logits, targets)
    else:
        losses = twin.objective.task_loss(logits, targets, task)
    leaves = dict(twin.network.named_parameters())
    found = torch.autograd.grad(losses.sum(), list(leaves.values()), allow_unused=True)
    return losses.detach(), {
        name: torch.zeros_like(leaf) if gradient is None else gradient
        for (name, leaf), gradient in zip(leaves.items(), found, strict=True)
    }


def copy_of(trainer: Trainer) -> dict[str, Tensor]:
    return {name: p.detach().clone() for name, p in trainer.network.named_parameters()}


def run(trainer: Trainer, images: Tensor, targets: Tensor) -> Tensor:
    update = UPDATE_RULES[trainer.spec.regime]
    return update(
        trainer.network,
        trainer.method,
        trainer.objective,
        trainer.adam,
        images,
        targets,
        False,
    )


def assert_equal(trainer: Trainer, expected: dict[str, Tensor]) -> None:
    for name, parameter in trainer.network.named_parameters():
        torch.testing.assert_close(parameter.detach(), expected[name], rtol=0, atol=1e-10)


@pytest.mark.parametrize("method", METHODS)
def test_steady_state_takes_one_step_a_task_in_order(store: Store, method: str) -> None:
    trainer, twin = (trainer_for(store, method, "steady_state") for _ in range(2))
    reference = Adam(copy_of(trainer))
    for images, targets in batches(trainer, 2):
        expected = []
        for task in range(3):
            loss, gradients = gradients_of(twin, reference.parameters, images, targets, task)
            reference.step(gradients)
            expected.append(loss)
        found = run(trainer, images, targets)
        torch.testing.assert_close(found, torch.stack(expected, 1), rtol=0, atol=1e-10)
    assert trainer.adam.steps == 6
    assert_equal(trainer, reference.parameters)


@pytest.mark.parametrize("method", METHODS)
def test_synchronized_takes_one_step_on_the_summed_gradients(store: Store, method: str) -> None:
    trainer, twin = (trainer_for(store, method, "synchronized") for _ in range(2))
    reference = Adam(copy_of(trainer))
    for images, targets in batches(trainer, 2):
        losses, summed = [], {n: torch.zeros_like(p) for n, p in reference.parameters.items()}
        for task in range(3):
            loss, gradients = gradients_of(twin, reference.parameters, images, targets, task)
            summed = {name: total + gradients[name] for name, total in summed.items()}
            losses.append(loss)
        reference.step(summed)
        found = run(trainer, images, targets)
        torch.testing.assert_close(found, torch.stack(losses, 1), rtol=0, atol=1e-10)
    assert trainer.adam.steps == 2
    assert_equal(trainer, reference.parameters)


def test_joint_takes_one_step_on_the_sum(store: Store) -> None:
    trainer, twin = (trainer_for(store, "hard_sharing", "joint") for _ in range(2))
    reference = Adam(copy_of(trainer))
    for images, targets in batches(trainer, 2):
        losses, gradients = gradients_of(twin, reference.parameters, images, targets, None)
        reference.step(gradients)
        torch.testing.assert_close(run(trainer, images, targets), losses, rtol=0, atol=1e-10)
    assert trainer.adam.steps == 2
    assert_equal(trainer, reference.parameters)


def test_steady_state_moves_branches_without_gradient_by_their_momentum(store: Store) -> None:
    """As PyTorch 1.2's zero_grad did; without, the branch of task 0 would rest in task 1's step."""
    trainer = trainer_for(store, "etr", "steady_state")
    ((images, targets),) = batches(trainer, 1)
    name = "trunk.blocks.0.conv1.conv.specific.weight"
    branch = trainer.network.get_parameter(name)
    seen = []
    step = trainer.adam.step
    trainer.adam.step = lambda: (step(), seen.append(branch[:, 0].detach().clone()))
    run(trainer, images, targets)
    assert len(seen) == 3
    assert not torch.equal(seen[0], seen[1])
    assert not torch.equal(seen[1], seen[2])


def test_the_regimes_differ(store: Store) -> None:
    ends = []
    for regime in ("steady_state", "synchronized"):
        trainer = trainer_for(store, "etr", regime)
        for images, targets in batches(trainer, 1):
            run(trainer, images, targets)
        ends.append(trainer.adam.values)
    assert not torch.allclose(*ends)


TRAINING = """
import sys
from pathlib import Path
from tests.training.fabricate import make_spec, make_store, make_trainer
store = make_store(Path(sys.argv[1]))
watching = ("gradient_cka", "gradient_conflict")
kinds = {"primitives": "avg9+max3+conv3+shift1+perturb0.1"}
for method, options in (("hard_sharing", {}), ("nlp", kinds), ("etr", {})):
    spec = make_spec(
        method, host="resnet_small", options=options, epochs=1, diagnostics=watching
    )
    make_trainer(store, spec, (0, 1)).run(lambda trainer: None)
print(sorted({"sympy", "torch._dynamo", "torch._inductor"} & set(sys.modules)))
"""


def test_training_imports_neither_symbolic_algebra_nor_a_compiler(tmp_path: Path) -> None:
    """Which take seconds in every process."""
    command = [sys.executable, "-c", TRAINING, str(tmp_path / "tiny")]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
