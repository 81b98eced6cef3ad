from __future__ import annotations

import numpy as np
import pytest

from mtl.data.store import Store
from tests.diagnostics.trained import finished
from tests.layers.primitives import loops

TEXT = "avg9+max3+conv3+shift1+perturb0.1"


@pytest.mark.parametrize("method", ["nlp", "etr_nlp"])
def test_every_primitive_is_shown_on_the_first_held_out_image(store: Store, method: str) -> None:
    done = finished(store, method, ["feature_maps"], options={"primitives": TEXT}, epochs=1)
    found = done.diagnostics["feature_maps"].result(0)
    pixels = np.array(found["image"]["pixels"])
    assert (found["image"]["height"], found["image"]["width"]) == (16, 16)
    np.testing.assert_array_equal(pixels.transpose(2, 0, 1), store.split("val").images[0])
    shown = found["primitives"]
    assert [one["label"] for one in shown] == TEXT.split("+")
    maps = {one["label"]: np.array(one["maps"]) for one in shown}
    assert all(of.shape == (3, 16, 16) for of in maps.values())
    image = pixels.transpose(2, 0, 1) / 255
    np.testing.assert_allclose(maps["avg9"], loops.average(image, 9), rtol=0, atol=1e-5)
    np.testing.assert_allclose(maps["max3"], loops.maximum(image, 3), rtol=0, atol=1e-5)
    assert (maps["conv3"] >= 0).all()
    assert maps["conv3"].any()
    noise = maps["perturb0.1"] - image
    assert np.abs(noise[maps["perturb0.1"] > 0]).max() <= 0.1 + 1e-5
    for moved, channel in zip(maps["shift1"], image, strict=True):
        rolled = [
            np.roll(channel, (row, column), (0, 1)) for row in (-1, 0, 1) for column in (-1, 0, 1)
        ]
        inside = [np.abs(moved[1:-1, 1:-1] - one[1:-1, 1:-1]).max() for one in rolled]
        assert min(inside) < 1e-5
        assert inside.index(min(inside)) != 4


def test_only_the_first_seed_is_shown(store: Store) -> None:
    done = finished(store, "nlp", ["feature_maps"], epochs=1)
    assert done.diagnostics["feature_maps"].result(1) == {}
