from __future__ import annotations

import copy
import io
import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from mtl.data.store import Store
from mtl.errors import MtlError
from mtl.methods import registry
from mtl.training.regimes import UPDATE_RULES
from mtl.training.trainer import Trainer, evaluation_points
from tests.layers.build import exact_boxes
from tests.training.fabricate import ANY_HOST, make_spec, make_trainer, train_batches

SEEDS = (3, 11)
EVERY = [(name, regime) for name in ANY_HOST for regime in registry.describe(name).regimes]
ALL_KINDS = {"primitives": "avg9+max3+conv3+shift1+perturb0.1"}
FOUR_GROUPS = {"primitives": "avg3+avg5+avg7+avg9+conv3-full-binary+perturb0.1"}
WITH_TWO_FORMS: list[tuple[str, dict[str, Any]]] = [
    ("etr", {}),
    ("etr_nlp", {}),
    ("etr_nlp", ALL_KINDS),
    ("etr_nlp", FOUR_GROUPS),
    ("nlp", {}),
    ("nlp", ALL_KINDS),
    ("nlp", FOUR_GROUPS),
    ("shift", {"pointwise": 1}),
    ("shift", {"pointwise": 2}),
]


def small(method: str, **changes: Any) -> dict[str, Any]:
    """A run whose batch statistics are well conditioned, so that rounding stays rounding."""
    settings = {"host": "resnet_small", "batch_size": 8, "learning_rate": 1e-3}
    return make_spec(method, **(settings | changes))


def tensors(trainer: Trainer, position: int) -> dict[str, Tensor]:
    """Everything of one seed that training changes or evaluation reports."""
    found = {name: tensor[position] for name, tensor in trainer.network.state_dict().items()}
    for number, parameter in enumerate(trainer.method.parameters()):
        found[f"method{number}"] = parameter[position]
    for name, tensor in trainer.method.state().items():
        found[name] = tensor[position]
    found["losses"] = trainer.loss_sums[position]
    for entry in trainer.logs[position].curve:
        found |= {f"{name}{entry['epoch']}": torch.tensor(x) for name, x in entry.items()}
    return {name: tensor.double() for name, tensor in found.items()}


@pytest.mark.parametrize(("method", "regime"), EVERY)
def test_seeds_train_together_as_alone(store: Store, method: str, regime: str) -> None:
    """Five batches, the evaluation of the first epoch among them."""
    spec = small(method, regime=regime)
    together = make_trainer(store, spec, SEEDS)
    train_batches(together, 5)
    for position, seed in enumerate(SEEDS):
        alone = make_trainer(store, spec, (seed,))
        train_batches(alone, 5)
        expected = tensors(alone, 0)
        found = tensors(together, position)
        assert found.keys() == expected.keys()
        for name, tensor in found.items():
            torch.testing.assert_close(
                tensor, expected[name], rtol=0, atol=1e-10, msg=lambda text, name=name: name + text
            )


@pytest.mark.parametrize("method", ["hard_sharing", "single_task", "etr_nlp"])
def test_seeds_train_together_as_alone_on_classes(class_store: Store, method: str) -> None:
    spec = small(method, kind="classes")
    together, alone = make_trainer(class_store, spec, SEEDS), make_trainer(class_store, spec, (11,))
    for trainer in (together, alone):
        train_batches(trainer, 5)
    for name, tensor in tensors(together, 1).items():
        torch.testing.assert_close(tensor, tensors(alone, 0)[name], rtol=0, atol=1e-10)


@pytest.mark.parametrize(("method", "options"), WITH_TWO_FORMS)
def test_the_fast_form_trains_as_the_printed_one(
    store: Store, method: str, options: dict[str, Any]
) -> None:
    """Ten batches; the rounding of both forms grows a little from step to step."""
    trainers = [
        make_trainer(store, small(method, options=options, epochs=4), SEEDS, plain=plain)
        for plain in (False, True)
    ]
    start = trainers[0].adam.values.clone()
    for trainer in trainers:
        exact_boxes(trainer.network)
        train_batches(trainer, 10)
    assert (trainers[0].adam.values - start).abs().median() > 1e-4
    fast, plain = (trainer.network.state_dict() for trainer in trainers)
    for name, tensor in fast.items():
        torch.testing.assert_close(tensor, plain[name], rtol=0, atol=1e-10)


@pytest.mark.parametrize(
    ("method", "options", "suffixes"),
    [
        ("nlp", ALL_KINDS, ("avg.box", "conv.weight", "shift.kernel", "perturb.noise")),
        ("nlp", FOUR_GROUPS, ("avg4.box", "conv.weight", "perturb.noise")),
        ("etr_nlp", ALL_KINDS, ("avg.box", "conv.weight", "shift.kernel", "perturb.noise")),
        ("lbconv", {}, (".fixed",)),
        ("shift", {}, (".shift.kernel",)),
    ],
)
def test_training_leaves_what_is_fixed_as_it_is(
    store: Store, method: str, options: dict[str, Any], suffixes: tuple[str, ...]
) -> None:
    trainer = make_trainer(store, small(method, options=options, epochs=4), SEEDS)
    frozen = {name: buffer.clone() for name, buffer in trainer.network.named_buffers()}
    for suffix in suffixes:
        assert any(name.endswith(suffix) for name in frozen), suffix
    learned = {name: p.detach().clone() for name, p in trainer.network.named_parameters()}
    train_batches(trainer, 10)
    for name, before in frozen.items():
        after = trainer.network.get_buffer(name)
        assert torch.equal(after, before), name
        assert after.grad is None
        assert not after.requires_grad
    for name, before in learned.items():
        assert not torch.equal(trainer.network.get_parameter(name), before), name


@pytest.mark.parametrize("method", ANY_HOST)
def test_every_method_learns(store: Store, method: str) -> None:
    """The labels are the brightness of patches: a few epochs must do better than the first."""
    epochs = 8 if method == "depthwise" else 4  # four convolutions in the place of one
    trainer = make_trainer(store, small(method, width=4, epochs=epochs, learning_rate=5e-3), (0,))
    trainer.run(lambda trainer: None)
    curve = trainer.logs[0].curve
    assert curve[-1]["train_loss"] < 0.95 * curve[0]["train_loss"]


def test_the_curve_has_the_mean_loss_since_the_last_evaluation(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    update, sums = UPDATE_RULES["joint"], []

    def noting(*arguments: Any) -> Tensor:
        losses = update(*arguments)
        sums.append(losses.sum(1))
        return losses

    monkeypatch.setitem(UPDATE_RULES, "joint", noting)
    trainer = make_trainer(store, small("hard_sharing", evaluations_per_epoch=2), SEEDS)
    trainer.run(lambda trainer: None)
    assert len(sums) == trainer.total_batches == 6
    parts = [slice(0, 2), slice(2, 3), slice(3, 5), slice(5, 6)]
    for position, log in enumerate(trainer.logs):
        expected = [float(torch.stack(sums[part])[:, position].mean()) for part in parts]
        assert [entry["train_loss"] for entry in log.curve] == pytest.approx(expected)


def test_an_epoch_may_be_evaluated_in_parts(store: Store) -> None:
    spec = small("hard_sharing", batch_size=4, epochs=2, evaluations_per_epoch=4)
    trainer = make_trainer(store, spec)
    trainer.run(lambda trainer: None)
    epochs = [entry["epoch"] for entry in trainer.logs[0].curve]
    assert trainer.evaluation_batches == {2, 3, 5, 6, 8, 9, 11, 12}
    assert epochs == [2 / 6, 3 / 6, 5 / 6, 1, 8 / 6, 9 / 6, 11 / 6, 2]
    assert [type(epoch) for epoch in epochs if epoch in (1, 2)] == [int, int]


def test_more_evaluations_than_batches_are_one_a_batch(store: Store) -> None:
    spec = small("hard_sharing", epochs=1, evaluations_per_epoch=9)
    trainer = make_trainer(store, spec)
    trainer.run(lambda trainer: None)
    assert len(trainer.logs[0].curve) == 3


@pytest.mark.parametrize(
    ("batches", "epochs", "per_epoch", "points"),
    [
        (3, 2, 1, {3, 6}),
        (3, 1, 9, {1, 2, 3}),
        (372, 20, 0.2, {1860, 3720, 5580, 7440}),
        (10, 7, 0.3, {34, 67, 70}),
        (10, 2, 0.2, {20}),
    ],
)
def test_evaluations_are_evenly_spread(
    batches: int, epochs: int, per_epoch: float, points: set[int]
) -> None:
    assert evaluation_points(batches, epochs, per_epoch) == points


@given(st.integers(1, 40), st.integers(1, 12), st.integers(1, 12))
def test_every_epoch_is_evaluated_alike(batches: int, epochs: int, per_epoch: int) -> None:
    points = evaluation_points(batches, epochs, per_epoch)
    assert len(points) == epochs * min(per_epoch, batches)
    first = {point for point in points if point <= batches}
    assert points == {point + batches * epoch for point in first for epoch in range(epochs)}


def test_evaluating_more_often_does_not_change_the_training(store: Store) -> None:
    ends = []
    for often in (1, 3):
        trainer = make_trainer(store, small("maximum_roaming", evaluations_per_epoch=often))
        trainer.run(lambda trainer: None)
        ends.append(trainer.adam.values)
    assert torch.equal(*ends)


@pytest.mark.parametrize("metric", ["f_score", "precision"])
def test_the_best_epoch_is_the_first_with_the_best_score(store: Store, metric: str) -> None:
    spec = small("hard_sharing", epochs=6, learning_rate=1e-2, selection=f"best_{metric}")
    trainer = make_trainer(store, spec, SEEDS)
    trainer.run(lambda trainer: None)
    for log in trainer.logs:
        scores = [entry[metric] for entry in log.curve]
        best = scores.index(max(scores))
        assert log.selected.epoch == best + 1
        assert log.selected.scores[metric] == scores[best]
        assert log.final.epoch == 6
        assert log.final.scores[metric] == scores[-1]


def test_the_last_epoch_can_be_selected(store: Store) -> None:
    trainer = make_trainer(store, small("hard_sharing", epochs=3, selection="last"), SEEDS)
    trainer.run(lambda trainer: None)
    for position, log in enumerate(trainer.logs):
        assert log.selected == log.final
        assert log.final.epoch == 3
        for name, tensor in trainer.network.state_dict().items():
            assert torch.equal(log.weights[name], tensor[position])


def test_the_last_evaluations_can_be_averaged(store: Store) -> None:
    spec = small("hard_sharing", epochs=4, evaluations_per_epoch=3, selection="mean_of_last_10")
    trainer = make_trainer(store, spec, SEEDS)
    trainer.run(lambda trainer: None)
    for position, log in enumerate(trainer.logs):
        assert len(log.curve) == 12
        for metric, value in log.selected.scores.items():
            assert value == pytest.approx(sum(entry[metric] for entry in log.curve[2:]) / 10)
        assert (log.selected.epoch, log.selected.detail) == (4, log.final.detail)
        for name, tensor in trainer.network.state_dict().items():
            assert torch.equal(log.weights[name], tensor[position])


def test_the_weights_are_those_of_the_selected_epoch(store: Store) -> None:
    """Scores that fall from epoch to epoch select the first, whose weights must be kept."""
    trainer = make_trainer(store, small("hard_sharing", epochs=3))
    after_first: dict[str, Tensor] = {}

    def after_batch(trainer: Trainer) -> None:
        if (trainer.epoch, trainer.batch) == (1, 0):
            trainer.logs[0].selected.scores["f_score"] = math.inf
            after_first.update(copy.deepcopy(trainer.network.state_dict()))

    trainer.run(after_batch)
    assert trainer.logs[0].selected.epoch == 1
    for name, tensor in trainer.logs[0].weights.items():
        assert torch.equal(tensor, after_first[name][0])
    assert not torch.equal(trainer.logs[0].weights["heads.weight"], trainer.network.heads.weight[0])


@pytest.mark.parametrize("rule", ["best_f_scor", "f_score", "best_accuracy", "first"])
def test_an_unknown_selection_is_refused(store: Store, rule: str) -> None:
    message = (
        "evaluation.selection: expected one of last, mean_of_last_10, best_precision, "
        f"best_recall, best_f_score; found '{rule}'"
    )
    with pytest.raises(MtlError, match=message):
        make_trainer(store, small("hard_sharing", selection=rule))


def test_an_unknown_split_is_refused(store: Store) -> None:
    spec = small("hard_sharing")
    spec["evaluation"]["split"] = "vall"
    with pytest.raises(MtlError, match=r"unknown split 'vall'.*'val'\?"):
        make_trainer(store, spec)


def test_a_column_that_the_data_lack_is_refused(store: Store) -> None:
    spec = small("hard_sharing")
    spec["tasks"][1]["columns"] = ["Eyeglases"]
    message = r"tasks\.eyes\.columns: .*'Eyeglases'.*'Eyeglasses'\?"
    with pytest.raises(MtlError, match=message):
        make_trainer(store, spec)


@pytest.mark.parametrize("method", ["hard_sharing", "etr", "gradnorm", "mgda_ub"])
def test_a_divergence_names_the_learning_rate(store: Store, method: str) -> None:
    trainer = make_trainer(store, small(method, learning_rate=1e200), SEEDS)
    message = (
        r"not finite in epoch 1, after \d of 3 batches; lower training\.learning_rate \(1e\+200"
    )
    with pytest.raises(MtlError, match=message):
        trainer.run(lambda trainer: None)


def test_only_the_diverged_seed_is_named(store: Store) -> None:
    trainer = make_trainer(store, small("hard_sharing"), SEEDS)
    with torch.no_grad():
        trainer.network.heads.weight[1] = math.inf
    with pytest.raises(MtlError, match="a loss of seed 11 is not finite in epoch 1, after 0 of"):
        trainer.run(lambda trainer: None)


def test_a_divergence_in_the_last_step_is_found(store: Store) -> None:
    trainer = make_trainer(store, small("hard_sharing", epochs=1), SEEDS)
    step = trainer.adam.step

    def breaking() -> None:
        step()
        if trainer.batch == 2:
            trainer.network.heads.bias.data[0] = math.nan

    trainer.adam.step = breaking
    with pytest.raises(MtlError, match="a prediction of seed 3 is not finite in epoch 1, after 3"):
        trainer.run(lambda trainer: None)


RESUMED = ["nlp", "hard_sharing", "etr", "gradnorm", "mgda_ub", "maximum_roaming", "single_task"]


@pytest.mark.parametrize("method", RESUMED)
def test_going_on_from_any_batch_gives_the_same_bits(store: Store, method: str) -> None:
    spec = small(method, evaluations_per_epoch=2)
    whole = make_trainer(store, spec, SEEDS, dtype=torch.float32)
    states: list[bytes] = []

    def after_batch(trainer: Trainer) -> None:
        buffer = io.BytesIO()
        torch.save(trainer.state(), buffer)
        states.append(buffer.getvalue())

    whole.run(after_batch)
    assert len(states) == 6
    for done, state in enumerate(states, start=1):
        resumed = make_trainer(store, spec, SEEDS, dtype=torch.float32)
        resumed.load_state(torch.load(io.BytesIO(state), weights_only=True))
        assert resumed.done_batches == done
        resumed.run(lambda trainer: None)
        assert torch.equal(resumed.adam.values, whole.adam.values)
        assert (resumed.gap_sum, resumed.gap_max) == (whole.gap_sum, whole.gap_max)
        assert resumed.gap_count == whole.gap_count
        for ours, theirs in zip(resumed.logs, whole.logs, strict=True):
            assert ours.curve == theirs.curve
            assert (ours.selected, ours.final) == (theirs.selected, theirs.final)
            for name, tensor in ours.weights.items():
                assert torch.equal(tensor, theirs.weights[name])


def test_the_mean_scores_are_over_the_seeds(store: Store) -> None:
    trainer = make_trainer(store, small("hard_sharing", epochs=1), SEEDS)
    assert trainer.mean_scores() == {}
    trainer.run(lambda trainer: None)
    finals = [log.final.scores["recall"] for log in trainer.logs]
    assert trainer.mean_scores()["recall"] == pytest.approx(sum(finals) / 2)
