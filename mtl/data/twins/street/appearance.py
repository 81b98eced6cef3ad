"""How a street looks: colours, light, texture and haze."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from mtl.data.twins.caster.camera import Camera, Floats
from mtl.data.twins.caster.surface import TILE, light, texture
from mtl.data.twins.street import layout
from mtl.data.twins.street.layout import Street

_COLOURS = {
    0: (0.35, 0.35, 0.36),
    layout.HOOD: (0.10, 0.11, 0.12),
    layout.ROAD: (0.33, 0.33, 0.35),
    layout.SIDEWALK: (0.56, 0.52, 0.52),
    layout.BUILDING: (0.55, 0.47, 0.40),
    layout.WALL: (0.50, 0.48, 0.46),
    layout.FENCE: (0.45, 0.40, 0.38),
    layout.POLE: (0.30, 0.31, 0.32),
    layout.TRAFFIC_LIGHT: (0.12, 0.12, 0.12),
    layout.TRAFFIC_SIGN: (0.85, 0.80, 0.25),
    layout.VEGETATION: (0.20, 0.36, 0.14),
    layout.TERRAIN: (0.40, 0.50, 0.22),
    layout.SKY_LABEL: (0.66, 0.76, 0.88),
    layout.PERSON: (0.55, 0.30, 0.30),
    layout.RIDER: (0.60, 0.25, 0.30),
    layout.CAR: (0.40, 0.10, 0.55),
    layout.TRUCK: (0.30, 0.42, 0.55),
    layout.BUS: (0.75, 0.62, 0.20),
    layout.MOTORCYCLE: (0.22, 0.22, 0.45),
    layout.BICYCLE: (0.42, 0.14, 0.20),
}
_VARIED = (
    layout.BUILDING, layout.WALL, layout.FENCE, layout.VEGETATION, layout.PERSON, layout.RIDER,
    layout.CAR, layout.TRUCK, layout.BUS,
)  # fmt: skip
"""What has a colour of its own on every face."""

_VARIATION, _FACES = 0.09, 512
_SCALES = ((4, 0.5), (16, 0.3), (64, 0.2))
_HAZE = np.array([0.72, 0.76, 0.82], np.float32)
_HAZE_FROM = 150.0
"""Metres over which a colour becomes half haze."""


@functools.cache
def _palette() -> Floats:
    palette = np.zeros((256, 3), np.float32)
    for label, colour in _COLOURS.items():
        palette[label] = colour
    return palette


def paint(
    street: Street, camera: Camera, rng: np.random.Generator, noise: float
) -> NDArray[np.uint8]:
    """The images uint8 `[B, H, W, 3]`.

    Args:
        noise: standard deviation of pixel noise, on a scale of 0 to 1.
    """
    views, labels = street.views, street.labels
    scenes = len(labels)
    distance = np.minimum(views.depth, np.float32(1000))
    on_side = views.normal[..., 1] == 0
    vertical = camera.height[:, None, None] - camera.down[..., None] * distance
    along = np.where(on_side, views.along, street.across)
    up = np.where(on_side, vertical, distance)
    first = np.floor(along * 27).astype(np.int32) & (TILE - 1)
    second = np.floor(up * 22).astype(np.int32) & (TILE - 1)
    grain = np.take(texture(0, _SCALES).reshape(-1), second * TILE + first)
    shade = 1 + 0.22 * grain * (25 / (25 + distance))
    window = (first & 63 < 32) & (second & 63 > 24) & (labels == layout.BUILDING)
    shade = np.where(window, shade * np.float32(0.5), shade)
    shade *= light(views.normal, rng, 0.7, 0.5, (0.2, 0.8), 0.62)
    lit = (labels != layout.SKY_LABEL) & (labels != layout.HOOD)
    shade = np.where(lit, shade, np.float32(1))
    offsets = rng.standard_normal((scenes, _FACES, 3)).astype(np.float32) * _VARIATION
    face = views.face.astype(np.intp) % _FACES + (np.arange(scenes) * _FACES)[:, None, None]
    varied = np.isin(labels, _VARIED)[..., None]
    colour = _palette()[labels] + varied * offsets.reshape(-1, 3)[face]
    colour *= shade[..., None]
    line = np.abs(street.across - street.middle[:, None, None]) < 0.12
    dashes = line & (np.floor(distance / 3).astype(np.int32) % 2 == 0) & (labels == layout.ROAD)
    colour[dashes] = 0.85
    haze = np.where(lit, distance / (distance + np.float32(_HAZE_FROM)), np.float32(0))[..., None]
    colour += haze * (_HAZE - colour)
    exposure = rng.uniform(0.8, 1.15, (scenes, 1, 1, 1)).astype(np.float32)
    sky = rng.uniform(-0.12, 0.1, (scenes, 1, 1, 3)).astype(np.float32)
    colour += (labels == layout.SKY_LABEL)[..., None] * sky
    colour *= exposure
    colour += np.float32(noise) * rng.standard_normal(colour.shape, dtype=np.float32)
    return (np.clip(colour, 0, 1) * 255).astype(np.uint8)
