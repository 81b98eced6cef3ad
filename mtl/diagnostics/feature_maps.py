"""What each primitive makes of one face (Figure 3)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from mtl.diagnostics.base import Diagnostic, Subject
from mtl.errors import MtlError
from mtl.layers.primitives.base import Primitive
from mtl.layers.primitives.words import primitives
from mtl.layers.replicas import Replicas, initialise

DECIMALS = 5


def image_pixels(images: Tensor) -> dict[str, Any]:
    """A picture `[3, H, W]` in [0, 1] as plain JSON: rows of (red, green, blue), 0 to 255."""
    pixels = (images.detach().cpu() * 255).round().to(torch.uint8)
    _, height, width = pixels.shape
    return {"height": height, "width": width, "pixels": pixels.permute(1, 2, 0).tolist()}


def rounded(maps: Tensor) -> list[Any]:
    """Nested lists with few decimals, which pictures do not need more of."""
    found: list[Any] = [[round(value, DECIMALS) for value in row] for row in maps.tolist()]
    return found


class Build(Diagnostic):
    """The method's own primitives on the three colours of the first held-out image.

    On the image itself, not on maps of the trained network, which are too small to be seen at
    the small scales; the paper does not say which maps it shows. What primitives draw is drawn
    for the first seed.

    Raises:
        MtlError: for a method without the option `primitives`.
    """

    def __init__(self, subject: Subject):
        super().__init__(subject)
        if "primitives" not in subject.spec.options:
            raise MtlError(
                "diagnostics: 'feature_maps' needs a method with the option 'primitives', found "
                f"'{subject.spec.method}'"
            )
        self.found: dict[str, Any] = {}

    @torch.no_grad()
    def at_end(self) -> None:
        text = str(self.subject.spec.options["primitives"])
        images, _ = self.subject.batch(0, 1)
        image = images[:, :3].detach().cpu().float()
        layer = primitives(text, Replicas(1), 3, (image.shape[2], image.shape[3]))
        initialise(layer, self.subject.seeds[:1])
        maps = []
        for word, primitive in zip(text.split("+"), layer.values(), strict=True):
            assert isinstance(primitive, Primitive)
            maps.append({"label": word, "maps": [rounded(m) for m in primitive(image, 1)[0]]})
        self.found = {"image": image_pixels(image[0]), "primitives": maps}

    def result(self, position: int) -> dict[str, Any]:
        return self.found if position == 0 else {}
