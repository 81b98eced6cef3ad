from __future__ import annotations

import pytest

from mtl.data.store import Store
from tests.training.fabricate import make_store


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """24 images of 16 pixels for training and 9 held out, three tasks of attributes."""
    sizes = {"train": 24, "val": 9, "test": 7}
    return make_store(tmp_path_factory.mktemp("store") / "tiny", sizes=sizes)
