"""Hard sharing as it is usually written: one seed, one process, torch's own parts.

An independent implementation of what `benchmarks.together` trains: torchvision's ResNet18 layout,
a `Dataset` with a `DataLoader`, `torch.optim.Adam`, a linear head a task. It imports nothing of
the package and nothing that it does not need, and already runs with one thread.

    python -m benchmarks.plain STORE SPECIFICATION SEED OUT
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset


class Block(nn.Module):
    """torchvision's basic block."""

    def __init__(self, c_in: int, c_out: int, stride: int):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.downsample: nn.Module | None = None
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(c_in, c_out, 1, stride, bias=False), nn.BatchNorm2d(c_out)
            )

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class MultiTaskResNet18(nn.Module):
    """ResNet18 of any width with a linear head a task.

    Args:
        width: channels of the first stage.
        outputs: of each task.
    """

    def __init__(self, width: int, outputs: list[int]):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        blocks, c_in = [], width
        for stage in range(4):
            for position in range(2):
                stride = 2 if stage > 0 and position == 0 else 1
                blocks.append(Block(c_in, width * 2**stage, stride))
                c_in = width * 2**stage
        self.blocks = nn.Sequential(*blocks)
        self.heads = nn.ModuleList([nn.Linear(c_in, n) for n in outputs])

    def forward(self, x: Tensor) -> list[Tensor]:
        """`[B, 3, H, W]` -> the logits `[B, n]` of each task."""
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = self.blocks(x).mean((2, 3))
        return [head(x) for head in self.heads]


class Attributes(Dataset):
    """A split of a prepared store.

    Args:
        store: its folder.
        split: name.
        columns: of the labels, in the order of the outputs.
    """

    def __init__(self, store: Path, split: str, columns: list[int]):
        self.images = np.load(store / f"images_{split}.npy")
        self.labels = np.load(store / f"labels_{split}.npy")[:, columns]

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        image = torch.from_numpy(self.images[index]).float() / 255
        return image, torch.from_numpy(self.labels[index]).float()


@torch.no_grad()
def evaluate(model: nn.Module, loader: DataLoader) -> float:
    """The mean F-score over the attributes."""
    model.eval()
    true = predicted = positive = 0
    for images, labels in loader:
        answers = (torch.cat(model(images), 1) > 0).float()
        true = true + (answers * labels).sum(0)
        predicted = predicted + answers.sum(0)
        positive = positive + labels.sum(0)
    model.train()
    return float((2 * true / (predicted + positive).clamp(min=1)).mean())


def train(store: Path, spec: dict, seed: int, out: Path) -> None:
    """Train one seed; writes the best weights and the metrics of every epoch."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    names = json.loads((store / "store.json").read_text())["columns"]
    outputs = [len(task["columns"]) for task in spec["tasks"]]
    columns = [names.index(name) for task in spec["tasks"] for name in task["columns"]]
    training = spec["training"]
    loader = DataLoader(
        Attributes(store, "train", columns), batch_size=training["batch_size"], shuffle=True
    )
    evaluation = DataLoader(
        Attributes(store, spec["evaluation"]["split"], columns),
        batch_size=training["eval_batch_size"],
    )
    model = MultiTaskResNet18(spec["model"]["width"], outputs)
    optimizer = torch.optim.Adam(model.parameters(), lr=training["learning_rate"])
    curve: list[float] = []
    for _ in range(training["epochs"]):
        for images, labels in loader:
            optimizer.zero_grad()
            logits = model(images)
            pieces = labels.split(outputs, dim=1)
            losses = [
                F.binary_cross_entropy_with_logits(*pair)
                for pair in zip(logits, pieces, strict=True)
            ]
            torch.stack(losses).sum().backward()
            optimizer.step()
        curve.append(evaluate(model, evaluation))
        if curve[-1] == max(curve):
            torch.save(model.state_dict(), out / f"seed{seed}.pt")
    (out / f"seed{seed}.json").write_text(json.dumps({"seed": seed, "f_score": curve}))


if __name__ == "__main__":
    train(
        Path(sys.argv[1]),
        json.loads(Path(sys.argv[2]).read_text()),
        int(sys.argv[3]),
        Path(sys.argv[4]),
    )
