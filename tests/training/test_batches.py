from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from mtl.data.store import Store
from mtl.training.batches import Images, epoch_order
from tests.training.fabricate import ANY_HOST, make_spec, make_trainer, train_batches


def images(store: Store) -> Images:
    return Images(store.split("train"), torch.device("cpu"), torch.float64)


def test_every_seed_gets_its_own_images(store: Store) -> None:
    split, indices = store.split("train"), torch.tensor([[3, 1], [0, 23]])
    pictures, labels = images(store).gather(indices)
    assert pictures.shape == (2, 6, 16, 16)
    for seed in range(2):
        for position in range(2):
            index = int(indices[seed, position])
            mine = pictures[position, 3 * seed : 3 * seed + 3]
            np.testing.assert_array_equal(mine, split.images[index] / 255)
            np.testing.assert_array_equal(labels["labels"][seed, position], split.labels[index])


def test_tests_see_the_images_in_order_the_same_for_every_seed(store: Store) -> None:
    split = store.split("train")
    batches = list(images(store).in_order(2, 10))
    assert [len(pictures) for pictures, _ in batches] == [10, 10, 4]
    pictures = torch.cat([pictures for pictures, _ in batches])
    np.testing.assert_array_equal(pictures[:, :3], split.images / 255)
    assert torch.equal(pictures[:, :3], pictures[:, 3:])
    np.testing.assert_array_equal(
        torch.cat([labels["labels"] for _, labels in batches]), split.labels
    )


def test_a_batch_has_the_type_that_was_asked_for(store: Store) -> None:
    for dtype in (torch.float32, torch.float64):
        loaded = Images(store.split("val"), torch.device("cpu"), dtype)
        pictures, labels = loaded.gather(torch.tensor([[0]]))
        assert pictures.dtype == dtype
        assert labels["labels"].dtype == torch.uint8
        assert next(loaded.in_order(1, 2))[0].dtype == dtype


def test_reading_batches_leaves_the_stored_images(store: Store) -> None:
    loaded = images(store)
    before = loaded.images.clone()
    loaded.gather(torch.tensor([[0, 1]]))
    list(loaded.in_order(2, 4))
    assert torch.equal(loaded.images, before)


@given(st.lists(st.integers(0, 99), min_size=1, max_size=4), st.integers(0, 9), st.integers(1, 50))
def test_an_order_is_a_permutation_that_seed_and_epoch_name(
    seeds: list[int], epoch: int, n: int
) -> None:
    order = epoch_order(seeds, epoch, n)
    assert (order.sort(dim=1).values == torch.arange(n)).all()
    for position, seed in enumerate(seeds):
        assert torch.equal(order[position], epoch_order([seed], epoch, n)[0])


def test_epochs_and_seeds_have_orders_of_their_own() -> None:
    first = epoch_order([0, 1], 0, 100)
    assert not torch.equal(first[0], first[1])
    assert not torch.equal(first, epoch_order([0, 1], 1, 100))


def test_orders_for_other_purposes_are_other_orders() -> None:
    first, second = (epoch_order([0, 1], 0, 100, purpose) for purpose in ("order", "second_order"))
    assert torch.equal(first, epoch_order([0, 1], 0, 100))
    assert not torch.equal(first, second)
    assert torch.equal(second.sort(dim=1).values, first.sort(dim=1).values)


def test_no_method_changes_the_order_of_the_images(store: Store) -> None:
    seen = {}
    for name in ANY_HOST:
        spec = make_spec(name, host="resnet_small", width=4, batch_size=10)
        trainer = make_trainer(store, spec, (3, 11))
        gather, picked = trainer.train_images.gather, []

        def note(indices, gather=gather, picked=picked):
            picked.append(indices)
            return gather(indices)

        trainer.train_images.gather = note
        train_batches(trainer, 4)
        # The second batches are picked in between.
        seen[name] = torch.cat(picked[:: 1 + trainer.method.second_batch], dim=1)
    expected = torch.cat([epoch_order([3, 11], 0, 24), epoch_order([3, 11], 1, 24)[:, :10]], dim=1)
    for name, order in seen.items():
        assert torch.equal(order, expected), name
