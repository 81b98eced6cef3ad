from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from mtl.data.store import Store
from mtl.diagnostics.gradient_cka import linear_cka
from tests.diagnostics.trained import finished, trainer
from tests.training.fabricate import make_store


def textbook(x: np.ndarray, y: np.ndarray) -> float:
    """`|Y'X|^2 / (|X'X| |Y'Y|)` with Frobenius norms, of matrices whose columns are centred."""
    x, y = x - x.mean(0), y - y.mean(0)
    return float(np.linalg.norm(y.T @ x) ** 2 / (np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y)))


def test_the_alignment_is_the_textbook_s() -> None:
    matrices = torch.randn(2, 3, 6, 4, generator=torch.Generator().manual_seed(0)).double()
    found = linear_cka(matrices)
    assert found.shape == (2, 3, 3)
    for seed, i, j in np.ndindex(2, 3, 3):
        expected = textbook(matrices[seed, i].numpy(), matrices[seed, j].numpy())
        assert found[seed, i, j].item() == pytest.approx(expected, abs=1e-12)


def test_by_hand() -> None:
    """Two examples of one feature; the same scaled and shifted; and with an unrelated one."""
    x = torch.tensor([[1.0], [3.0], [1.0], [3.0]])
    scaled, unrelated = -5 * x + 7, torch.tensor([[1.0], [1.0], [2.0], [2.0]])
    constant = torch.ones(4, 1)
    found = linear_cka(torch.stack([x, scaled, unrelated, constant]).double())
    expected = [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
    torch.testing.assert_close(found, torch.tensor(expected).double())


def test_rotating_or_scaling_the_features_changes_nothing() -> None:
    x, y = torch.randn(2, 8, 5, generator=torch.Generator().manual_seed(0)).double()
    rotation, _ = torch.linalg.qr(torch.randn(5, 5, dtype=torch.float64))
    one = linear_cka(torch.stack([x, y]))[0, 1]
    other = linear_cka(torch.stack([3 * x @ rotation + 1, y]))[0, 1]
    assert one.item() == pytest.approx(other.item(), abs=1e-12)


def test_every_layer_compares_the_tasks_gradients_by_filters(store: Store) -> None:
    done = finished(store, "hard_sharing", ["gradient_cka"])
    images, labels = next(done.eval_images.in_order(2, 9))
    targets = done.objective.targets(labels).expand(2, -1, -1)
    names = {
        "stem": "stem.conv.weight",
        "stage2.block1.conv1": "blocks.1.conv1.conv.weight",
        "stage2.block1.shortcut": "blocks.1.shortcut.conv.weight",
        "stage3.block1.conv2": "blocks.2.conv2.conv.weight",
    }
    gradients: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for task in range(3):
        done.network.zero_grad()
        done.objective.task_loss(done.network(images, task), targets, task).sum().backward()
        for name, path in names.items():
            found = done.network.trunk.get_parameter(path).grad
            assert found is not None
            gradients[name].append(found.flatten(2).numpy().copy())
    for seed in range(2):
        result = done.diagnostics["gradient_cka"].result(seed)
        layers = {layer["name"]: layer["cka"] for layer in result["layers"]}
        for name, of_tasks in gradients.items():
            for i, j in np.ndindex(3, 3):
                expected = textbook(of_tasks[i][seed], of_tasks[j][seed])
                assert layers[name][i][j] == pytest.approx(expected, abs=1e-9), name


def test_the_layers_are_the_host_s_in_order(store: Store) -> None:
    expected = [
        "stem",
        "stage1.block1.conv1",
        "stage1.block1.conv2",
        "stage2.block1.conv1",
        "stage2.block1.conv2",
        "stage2.block1.shortcut",
        "stage3.block1.conv1",
        "stage3.block1.conv2",
        "stage3.block1.shortcut",
    ]
    for method in ("hard_sharing", "nlp", "etr", "etr_nlp", "task_routing", "attentive", "lbconv"):
        layers = trainer(store, method, ["gradient_cka"]).diagnostics["gradient_cka"].layers
        assert list(layers) == expected, method


@pytest.mark.parametrize(
    ("method", "names"),
    [
        ("shift", ["expand.weight", "pointwise.weight"]),
        ("depthwise", [f"stages.{i}.weight" for i in range(3)] + ["last.weight"]),
        ("ghost", ["primary", "cheap"]),
    ],
)
def test_every_convolution_of_a_layer_of_several_is_there(
    store: Store, method: str, names: list[str]
) -> None:
    made = trainer(store, method, ["gradient_cka"])
    layers = made.diagnostics["gradient_cka"].layers
    prefix = "stage2.block1.conv1.conv."
    assert [name for name in layers if name.startswith("stage2.block1.conv1")] == [
        prefix + name for name in names
    ]
    for name in names:
        path = f"blocks.1.conv1.conv.{name}"
        assert layers[prefix + name] is made.network.trunk.get_parameter(path)


@pytest.mark.parametrize(("images", "batches"), [(9, 1), (32, 1), (33, 1), (64, 2), (400, 2)])
def test_whole_batches_are_averaged(tmp_path: Path, images: int, batches: int) -> None:
    tiny = make_store(tmp_path / "tiny", sizes={"train": 8, "val": images, "test": 2}, side=8)
    changes = {"epochs": 1, "width": 2, "evaluations_per_epoch": 1}
    done = finished(tiny, "hard_sharing", ["gradient_cka"], **changes)
    result = done.diagnostics["gradient_cka"].result(1)
    assert (result["n_images"], result["batches"]) == (min(images, 32), batches)
    assert result["tasks"] == ["face", "eyes", "hair"]
    for layer in result["layers"]:
        similarity = np.array(layer["cka"])
        np.testing.assert_allclose(similarity, similarity.T, rtol=0, atol=1e-9)
        assert (similarity >= 0).all()
        assert (similarity <= 1 + 1e-9).all()
        for own in similarity.diagonal():
            assert own == pytest.approx(1) or own < 1  # 0 where a batch has no gradient
