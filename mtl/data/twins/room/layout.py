"""What stands in a room: walls with what hangs on them, and furniture with what lies on it.

The materials are the 40 classes of NYU-v2, from 1 on. Lengths are metres, and were chosen so that
the shares of the classes are near those of the real labels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mtl.data.layouts.nyu_classes import CLASSES_40
from mtl.data.twins.caster.camera import Camera, Floats
from mtl.data.twins.caster.dice import Dice
from mtl.data.twins.caster.scene import CEILING, GROUND, Scene, Views

CLASS = {name: number for number, name in enumerate(CLASSES_40, 1)}
"""The number of each class."""

# Half the width, half the depth, and the height of what stands on the floor.
_FURNITURE = {
    "cabinet": (0.55, 0.28, 0.95),
    "bed": (0.85, 1.0, 0.50),
    "chair": (0.24, 0.24, 0.46),
    "sofa": (0.90, 0.42, 0.45),
    "table": (0.60, 0.42, 0.74),
    "bookshelf": (0.50, 0.17, 1.80),
    "counter": (0.90, 0.32, 0.92),
    "desk": (0.65, 0.34, 0.75),
    "shelves": (0.40, 0.18, 1.50),
    "dresser": (0.50, 0.26, 0.85),
    "refrigerator": (0.36, 0.34, 1.70),
    "box": (0.22, 0.22, 0.35),
    "nightstand": (0.24, 0.22, 0.55),
    "toilet": (0.20, 0.30, 0.42),
    "sink": (0.30, 0.25, 0.85),
    "bathtub": (0.40, 0.80, 0.50),
    "bag": (0.18, 0.12, 0.40),
    "clothes": (0.30, 0.28, 0.22),
    "otherfurniture": (0.50, 0.35, 0.80),
    "otherstructure": (0.24, 0.24, 2.30),
    "otherprop": (0.20, 0.20, 0.45),
    "floormat": (0.75, 0.50, 0.01),
}
_STANDING = (
    ("cabinet",) * 6 + ("bed",) * 3 + ("chair",) * 5 + ("sofa",) * 3 + ("table",) * 4
    + ("bookshelf",) * 3 + ("counter",) * 2 + ("desk",) * 2 + ("shelves",) * 2 + ("dresser",) * 2
    + ("refrigerator", "box", "nightstand", "toilet", "sink", "bathtub", "bag", "clothes")
    + ("otherfurniture",) * 4 + ("otherstructure",) * 2 + ("otherprop",) * 3
)  # fmt: skip
_ON_LEGS = ("chair", "table", "desk")
_WITH_BACK = {"chair": (0.03, 0.42), "sofa": (0.10, 0.38), "bed": (0.10, 0.45)}
"""Half the thickness of the back, and its height over the seat."""

_CARRYING = ("cabinet", "table", "counter", "desk", "dresser", "nightstand", "otherfurniture")

# Half the width, half the depth, and the height of what lies on furniture.
_SMALL = {
    "books": (0.13, 0.10, 0.14),
    "television": (0.38, 0.04, 0.45),
    "paper": (0.16, 0.12, 0.01),
    "box": (0.14, 0.11, 0.22),
    "lamp": (0.11, 0.11, 0.38),
    "towel": (0.15, 0.12, 0.08),
    "bag": (0.15, 0.10, 0.25),
    "otherprop": (0.12, 0.11, 0.22),
}
_LYING = (
    ("books",) * 3 + ("television",) * 3 + ("otherprop",) * 6
    + ("paper", "paper", "box", "lamp", "lamp", "towel", "bag")
)  # fmt: skip

# Width and the heights of the lower and the upper edge of what hangs on a wall, each a range.
_HANGING = {
    "door": ((0.75, 0.95), (0.01, 0.01), (2.0, 2.1)),
    "window": ((0.8, 1.6), (0.85, 1.1), (1.8, 2.2)),
    "picture": ((0.6, 1.4), (1.0, 1.4), (1.6, 2.0)),
    "blinds": ((0.8, 1.5), (0.8, 1.0), (2.0, 2.25)),
    "curtain": ((0.5, 1.0), (0.05, 0.3), (2.1, 2.3)),
    "mirror": ((0.5, 1.1), (0.9, 1.2), (1.7, 2.0)),
    "whiteboard": ((0.9, 1.8), (0.9, 1.1), (1.7, 2.0)),
    "towel": ((0.3, 0.6), (0.8, 1.0), (1.3, 1.5)),
    "showercurtain": ((0.9, 1.5), (0.2, 0.4), (1.9, 2.1)),
    "clothes": ((0.4, 0.8), (0.7, 1.0), (1.5, 1.7)),
    "cabinet": ((0.8, 1.6), (1.4, 1.5), (2.0, 2.2)),
    "otherstructure": ((0.5, 1.4), (0.05, 0.3), (1.2, 2.2)),
}
_ON_WALLS = (
    ("door",) * 3 + ("window",) * 3 + ("picture",) * 3 + ("blinds",) * 2 + ("curtain",) * 2
    + ("mirror", "whiteboard", "towel", "showercurtain", "clothes", "cabinet", "cabinet")
    + ("otherstructure",) * 3
)  # fmt: skip

_LEFT, _BACK, _RIGHT, _FREE = range(4)


@dataclass(frozen=True)
class Room:
    """A batch of rooms as their cameras see them.

    Attributes:
        views: of the solids, floor and ceiling.
        classes: uint8 `[B, H, W]`, 1 to 40.
    """

    views: Views
    classes: NDArray[np.uint8]


@dataclass(frozen=True)
class _Walls:
    """Where the walls are, `[B, 1]` each; the camera stands in the room and looks at the back wall.

    In the room's own plan x runs along the back wall and z towards it.
    """

    half_width: Floats
    depth: Floats
    turn: Floats
    shift: Floats

    def at(self, x: Floats, z: Floats) -> Floats:
        """`[B, K, 2]`: points of the room's plan as the camera sees them."""
        cos, sin, x = np.cos(self.turn), np.sin(self.turn), x + self.shift
        return np.stack([x * cos - z * sin, x * sin + z * cos], axis=-1)


def build(camera: Camera, rng: np.random.Generator) -> Room:
    """Draw a room for each of the cameras."""
    dice = Dice(rng, len(camera.height))
    height = dice.between(2.4, 2.9)
    half_width = dice.between(1.4, 2.5)
    shift = dice.between(-1, 1) * (half_width - 0.8)
    walls = _Walls(half_width, dice.between(2.2, 4.8), dice.between(-0.5, 0.5), shift)
    scene = Scene(camera)
    _add_walls(scene, walls, height)
    _add_hangings(scene, dice, walls)
    _add_furniture(scene, dice, walls)
    _add_people_and_lamps(scene, dice, walls)
    views = scene.cast(ceiling=height[:, 0])
    classes = views.material.copy()
    classes[views.face == GROUND] = CLASS["floor"]
    classes[views.face == CEILING] = CLASS["ceiling"]
    return Room(views, classes)


def _numbers(names: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(CLASS[name] for name in names)


def _sizes(table: dict[str, tuple[float, float, float]]) -> Floats:
    """`[41, 3]`, by the number of the class."""
    sizes = np.zeros((len(CLASSES_40) + 1, 3), np.float32)
    for name, size in table.items():
        sizes[CLASS[name]] = size
    return sizes


def _add_walls(scene: Scene, walls: _Walls, height: Floats) -> None:
    """Left, back and right; what is behind the camera is not seen."""
    half, depth = walls.half_width, walls.depth
    behind = np.full_like(depth, -3)
    corners = [
        walls.at(-half, behind), walls.at(-half, depth), walls.at(half, depth),
        walls.at(half, behind),
    ]  # fmt: skip
    starts, ends = np.concatenate(corners[:3], axis=1), np.concatenate(corners[1:], axis=1)
    scene.walls(starts, ends, 0, np.repeat(height, 3, axis=1), CLASS["wall"])


def _add_hangings(scene: Scene, dice: Dice, walls: _Walls) -> None:
    """Doors, windows, pictures and the like, flat, each a little before the last."""
    count = 9
    kind = dice.one_of(_numbers(_ON_WALLS), count)
    ranges = np.zeros((len(CLASSES_40) + 1, 3, 2), np.float32)
    for name, edges in _HANGING.items():
        ranges[CLASS[name]] = edges
    unit = np.stack([dice.between(0, 1, count) for _ in range(3)], axis=-1)
    low, high = ranges[kind][..., 0], ranges[kind][..., 1]
    width, bottom, top = np.moveaxis(low + unit * (high - low), -1, 0)
    wall = dice.one_of((_LEFT, _BACK, _BACK, _RIGHT), count)
    half, depth = walls.half_width, walls.depth
    before = np.float32(0.012) + np.float32(0.006) * np.arange(count, dtype=np.float32)
    start = dice.between(0, 1, count) * np.where(wall == _BACK, 2 * half - width, depth - width)
    along_back = start - half, start - half + width
    along_side = start, start + width
    ends = []
    for back, side in zip(along_back, along_side, strict=True):
        x = np.choose(wall, [-half + before, back, half - before])
        z = np.choose(wall, [side, depth - before, side])
        ends.append(walls.at(x, z))
    scene.walls(ends[0], ends[1], bottom, top, kind, dice.chance(0.9, count))


def _add_furniture(scene: Scene, dice: Dice, walls: _Walls) -> None:
    """Along the walls and in the middle; backs, legs, pillows, and what lies on top."""
    count = 7
    kind = dice.one_of(_numbers(_STANDING), count)
    kind[:, -1] = CLASS["floormat"]
    noise = np.stack([dice.between(0.85, 1.2, count) for _ in range(3)], axis=-1)
    half_x, half_z, height = np.moveaxis(_sizes(_FURNITURE)[kind] * noise, -1, 0)
    wall = dice.one_of((_LEFT, _BACK, _BACK, _RIGHT, _FREE), count)
    wall[:, -1] = _FREE
    across, along = dice.between(-0.85, 0.85, count), dice.between(0.4, 0.95, count)
    room, gap = walls.half_width, np.float32(0.03)
    x = np.choose(
        wall,
        [-room + half_z + gap, across * (room - half_x), room - half_z - gap, across * room * 0.6],
    )
    z = np.choose(
        wall,
        [walls.depth * along, walls.depth - half_z - gap, walls.depth * along,
         walls.depth * (0.3 + 0.5 * along)],
    )  # fmt: skip
    turned = np.where(wall == _LEFT, np.float32(np.pi / 2), np.float32(0))
    turned = np.where(wall == _RIGHT, np.float32(-np.pi / 2), turned)
    turned = np.where(wall == _FREE, dice.between(-0.7, 0.7, count), turned)
    angle, centre = turned + walls.turn, walls.at(x, z)
    present = dice.chance(0.95, count) & (centre[..., 1] > 0.9 + half_z)
    present[:, -1] &= dice.chance(0.35)[:, 0]
    first = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    second = np.stack([-np.sin(angle), np.cos(angle)], axis=-1)

    def beside(right: Floats, back: Floats) -> Floats:
        return centre + first * right[..., None] + second * back[..., None]

    def is_one_of(names: tuple[str, ...]) -> NDArray[np.bool_]:
        return np.isin(kind, _numbers(names))

    legs = is_one_of(_ON_LEGS)
    plate = np.where(legs, height - np.float32(0.09), np.float32(0))
    scene.boxes(centre, np.stack([half_x, half_z], -1), angle, plate, height, kind, present)
    for right in (-0.86, 0.86):
        for back in (-0.84, 0.84):
            foot = beside(right * half_x, back * half_z)
            scene.cylinders(foot, 0.03, 0, height - 0.08, kind, present & legs, capped=False)
    backs = _sizes({name: (0.0, *size) for name, size in _WITH_BACK.items()})[kind]
    half = np.stack([half_x, np.maximum(backs[..., 1], np.float32(0.01))], -1)
    seat = is_one_of(tuple(_WITH_BACK))
    scene.boxes(
        beside(np.zeros_like(half_z), half_z * 0.88), half, angle, height - 0.05,
        height + backs[..., 2], kind, present & seat,
    )  # fmt: skip
    soft = present & is_one_of(("bed", "sofa"))
    for side in (-0.45, 0.45):
        half = np.stack([half_x * 0.34, np.full_like(half_x, 0.14)], -1)
        where, top = beside(half_x * side, half_z * 0.55), height + dice.between(0.12, 0.2, count)
        shown = soft & dice.chance(0.8, count)
        scene.boxes(where, half, angle, height, top, CLASS["pillow"], shown)
    carrying = present & is_one_of(_CARRYING)
    for side in (-0.5, 0.45):
        small = dice.one_of(_numbers(_LYING), count)
        size = _sizes(_SMALL)[small]
        half = size[..., :2] * np.minimum(half_x / 0.4, 1)[..., None]
        where, top = beside(half_x * side, half_z * 0.2), height + size[..., 2]
        scene.boxes(where, half, angle, height, top, small, carrying & dice.chance(0.75, count))


def _add_people_and_lamps(scene: Scene, dice: Dice, walls: _Walls) -> None:
    """Standing lamps and, seldom, a person."""
    place = walls.at(
        dice.between(-0.8, 0.8) * walls.half_width, walls.depth * dice.between(0.55, 0.92)
    )
    present = dice.chance(0.25) & (place[..., 1] > 1.2)
    scene.cylinders(place, 0.02, 0, 1.4, CLASS["lamp"], present, capped=False)
    scene.cylinders(place, 0.17, 1.4, 1.68, CLASS["lamp"], present)
    place = walls.at(
        dice.between(-0.6, 0.6) * walls.half_width, walls.depth * dice.between(0.45, 0.85)
    )
    present = dice.chance(0.12) & (place[..., 1] > 1.3)
    scene.cylinders(place, 0.2, 0, 1.4, CLASS["person"], present)
    scene.cylinders(place, 0.11, 1.4, 1.68, CLASS["person"], present)
