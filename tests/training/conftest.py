from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from mtl.data.store import Store
from tests.training.fabricate import make_store

SIZES = {"train": 24, "val": 9, "test": 7}


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """24 images of 16 pixels for training, five attributes."""
    return make_store(tmp_path_factory.mktemp("store") / "tiny", sizes=SIZES)


@pytest.fixture(scope="session")
def class_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The same size, two columns of three classes."""
    return make_store(tmp_path_factory.mktemp("store") / "tiny", kind="classes", sizes=SIZES)


@pytest.fixture(autouse=True)
def torch_settings() -> Iterator[None]:
    """Undo what a training sets for its whole process."""
    deterministic = torch.are_deterministic_algorithms_enabled()
    yield
    torch._C._set_deterministic_algorithms(deterministic, warn_only=False)
    torch.set_flush_denormal(False)
