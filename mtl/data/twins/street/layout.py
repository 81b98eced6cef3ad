"""What stands in a street: buildings, trees, poles, vehicles and people, as solids of the caster.

The materials are Cityscapes' labels (`labelIds`). Roads run forward and turn a little; lengths are
metres, and were chosen so that the shares of the classes are near those of the real labels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mtl.data.twins.caster.camera import Camera, Floats
from mtl.data.twins.caster.dice import Dice
from mtl.data.twins.caster.scene import GROUND, SKY, Scene, Views

HOOD, ROAD, SIDEWALK, BUILDING, WALL, FENCE = 1, 7, 8, 11, 12, 13
POLE, TRAFFIC_LIGHT, TRAFFIC_SIGN, VEGETATION, TERRAIN, SKY_LABEL = 17, 19, 20, 21, 22, 23
PERSON, RIDER, CAR, TRUCK, BUS, MOTORCYCLE, BICYCLE = 24, 25, 26, 27, 28, 32, 33

_FAR = 120.0
"""Metres from which on the ground counts as road, whatever is there."""


@dataclass(frozen=True)
class Street:
    """A batch of streets as their cameras see them.

    Attributes:
        views: of the solids.
        labels: uint8 `[B, H, W]`, Cityscapes' labels.
        across: float32 `[B, H, W]`, metres to the right of the road's middle line.
        middle: `[B]`, metres from the camera to the line between the lanes.
    """

    views: Views
    labels: NDArray[np.uint8]
    across: Floats
    middle: Floats


def build(camera: Camera, rng: np.random.Generator) -> Street:
    """Draw a street for each of the cameras."""
    dice = Dice(rng, len(camera.height))
    left, right = dice.between(3.2, 5.2), dice.between(3.2, 6.5)
    pavement = dice.between(1.3, 3.2), dice.between(1.3, 3.2)
    bend = np.tan(dice.between(-0.06, 0.06))
    ground = _Ground(left, right, pavement, bend)
    scene = Scene(camera)
    _add_fronts(scene, dice, ground)
    _add_trees(scene, dice, ground)
    _add_poles(scene, dice, ground)
    _add_vehicles(scene, dice, ground)
    _add_people(scene, dice, ground)
    views = scene.cast()
    distance = np.minimum(views.depth, np.float32(1000))
    across = distance * (camera.right[:, None, :] - bend[..., None])
    labels = np.where(
        views.face == GROUND, _of_ground(ground, across, views.depth), views.material
    ).astype(np.uint8)
    labels[views.face == SKY] = SKY_LABEL
    labels[_hood(camera, dice)] = HOOD
    return Street(views, labels, across, ((right - left) / 2)[:, 0])


@dataclass(frozen=True)
class _Ground:
    """`[B, 1]` each: from the camera to the kerbs, the pavements' widths, and the road's bend."""

    left: Floats
    right: Floats
    pavement: tuple[Floats, Floats]
    bend: Floats

    def at(self, across: Floats, forward: Floats) -> Floats:
        """`[B, K, 2]` points in plan."""
        return np.stack([across + forward * self.bend, forward], axis=-1)

    def beside(self, side: Floats, beyond: Floats) -> Floats:
        """`[B, K]`: places this far beyond the kerb of a side."""
        return side * (np.where(side < 0, self.left, self.right) + beyond)


def _of_ground(ground: _Ground, across: Floats, depth: Floats) -> NDArray[np.int64]:
    left, right = ground.left[..., None], ground.right[..., None]
    outer = left + ground.pavement[0][..., None], right + ground.pavement[1][..., None]
    road = ((across > -left) & (across < right)) | (depth > _FAR)
    pavement = (across > -outer[0]) & (across < outer[1])
    return np.where(road, ROAD, np.where(pavement, SIDEWALK, TERRAIN))


def _hood(camera: Camera, dice: Dice) -> NDArray[np.bool_]:
    """`[B, H, W]`: the bonnet of the camera's car, curved, at the lower edge."""
    row = (np.arange(camera.rows, dtype=np.float32) / camera.rows)[:, None]
    column = np.arange(camera.columns, dtype=np.float32) / camera.columns - 0.5
    edge = dice.between(0.91, 0.95)[..., None] + 0.35 * column**2
    return row > edge


def _add_fronts(scene: Scene, dice: Dice, ground: _Ground) -> None:
    """Rows of houses, hedges, walls and fences on both sides, and what closes the street."""
    count = 5
    for side, pavement in ((-1.0, ground.pavement[0]), (1.0, ground.pavement[1])):
        ends = np.cumsum(dice.between(6, 24, count + 1), axis=1) - 6
        kind = dice.one_of((BUILDING, BUILDING, BUILDING, BUILDING, VEGETATION, WALL, FENCE), count)
        height = dice.between(7, 22, count)
        height = np.where(kind == VEGETATION, dice.between(4, 10, count), height)
        height = np.where(kind == WALL, dice.between(1.4, 2.6, count), height)
        height = np.where(kind == FENCE, dice.between(1.0, 1.8, count), height)
        signs = np.full_like(height, side)
        place = ground.beside(signs, pavement + dice.between(0, 2.5, count))
        shifted = place + side * dice.between(-0.8, 0.8, count)
        near, far = ground.at(place, ends[:, :-1]), ground.at(shifted, ends[:, 1:])
        scene.walls(near, far, 0, height, kind)
        behind = ground.at(place + side * 9, ends[:, :-1] + np.float32(0.1))
        scene.walls(near, behind, 0, height, kind)
        # Taller houses stand behind low fronts, so that little sky is left.
        deep = ground.at(place + side * 10, ends[:, :-1]), ground.at(place + side * 10, ends[:, 1:])
        scene.walls(*deep, 0, dice.between(8, 20, count), BUILDING, dice.chance(0.75, count))
    end = dice.between(45, 110)
    wide = np.full_like(end, 70)
    scene.walls(
        ground.at(-wide, end), ground.at(wide, end), 0, dice.between(6, 18),
        dice.one_of((BUILDING, VEGETATION, VEGETATION)), dice.chance(0.9),
    )  # fmt: skip


def _add_trees(scene: Scene, dice: Dice, ground: _Ground) -> None:
    count = 4
    forward = dice.between(8, 50, count)
    place = ground.at(ground.beside(dice.side(count), dice.between(0.5, 2.2, count)), forward)
    present, crown = dice.chance(0.55, count), dice.between(2.0, 3.2, count)
    trunk = dice.between(0.14, 0.26, count)
    scene.cylinders(place, trunk, 0, crown + 0.3, VEGETATION, present, capped=False)
    top = crown + dice.between(2, 5, count)
    scene.cylinders(place, dice.between(1, 2.4, count), crown, top, VEGETATION, present)


def _add_poles(scene: Scene, dice: Dice, ground: _Ground) -> None:
    """Poles with traffic lights or signs, thick enough to be seen at 64 rows."""
    count = 4
    across = ground.beside(dice.side(count), dice.between(0.2, 0.9, count))
    forward = dice.between(5, 30, count)
    present, height = dice.chance(0.7, count), dice.between(2.8, 5.5, count)
    scene.cylinders(
        ground.at(across, forward), dice.between(0.12, 0.16, count), 0, height, POLE, present,
        capped=False,
    )  # fmt: skip
    kind = dice.one_of((TRAFFIC_LIGHT, TRAFFIC_SIGN, TRAFFIC_SIGN), count)
    light = kind == TRAFFIC_LIGHT
    half = np.where(light, np.float32(0.25), dice.between(0.38, 0.6, count))
    low = height - np.where(light, np.float32(1.1), 2 * half)
    ends = ground.at(across - half, forward - 0.2), ground.at(across + half, forward - 0.2)
    scene.walls(*ends, low, height, kind, present)


def _add_vehicles(scene: Scene, dice: Dice, ground: _Ground) -> None:
    """Parked and moving cars with cabins, lorries and buses."""
    count = 4
    lane = dice.one_of((0, 0, 0, 1, 1, 1, 2, 2, 3, 3), count)
    places = (1.1 - ground.left, ground.right - 1.1, -0.4 * ground.left, 0.4 * ground.right)
    across = np.choose(lane, [np.broadcast_to(place, lane.shape) for place in places])
    kind = dice.one_of((CAR,) * 8 + (TRUCK, BUS), count)
    large, present = kind != CAR, dice.chance(0.65, count)
    forward = dice.between(7, 48, count) + np.where(large, np.float32(6), np.float32(0))
    half = np.stack(
        [
            np.where(large, np.float32(1.15), np.float32(0.88)),
            np.where(large, dice.between(3.2, 5.5, count), dice.between(1.9, 2.3, count)),
        ],
        axis=-1,
    )
    angle = dice.between(-0.08, 0.08, count) - np.arctan(ground.bend)
    high = np.where(large, dice.between(2.5, 3.3, count), dice.between(0.75, 0.95, count))
    place = ground.at(across, forward)
    scene.boxes(place, half, angle, 0.25, high, kind, present)
    cabin = half * np.array([0.88, 0.55], np.float32)
    roof = dice.between(1.4, 1.65, count)
    scene.boxes(ground.at(across, forward + 0.2), cabin, angle, high, roof, CAR, present & ~large)


def _add_people(scene: Scene, dice: Dice, ground: _Ground) -> None:
    """People on foot, and riders on bicycles and motorcycles."""
    count = 4
    place = ground.at(
        ground.beside(dice.side(count), dice.between(-0.8, 1.6, count)), dice.between(5, 26, count)
    )
    present, rides = dice.chance(0.55, count), dice.chance(0.3, count)
    height = dice.between(1.5, 1.9, count)
    kind = np.where(rides, RIDER, PERSON)
    hips = np.where(rides, np.float32(0.6), np.float32(0.85))
    scene.cylinders(place, dice.between(0.2, 0.28, count), hips, height - 0.25, kind, present)
    scene.cylinders(place, 0.13, height - 0.25, height, kind, present)
    legs = np.stack(
        [
            np.where(rides, np.float32(0.22), np.float32(0.16)),
            np.where(rides, np.float32(0.8), np.float32(0.14)),
        ],
        axis=-1,
    )
    below = np.where(rides, dice.one_of((BICYCLE, BICYCLE, MOTORCYCLE), count), PERSON)
    scene.boxes(place, legs, 0.0, 0, np.where(rides, np.float32(0.95), hips), below, present)
