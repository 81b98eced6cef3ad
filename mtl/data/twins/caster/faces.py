"""The faces of solids, as one table over the columns of the images.

Along a column every face has an inverse depth that is affine in the slope `down` of the rows:
`constant + slope * down`, with slope 0 for sides and constant 0 for tops and undersides.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from mtl.data.twins.caster.camera import Camera, Floats

NEAR = np.float32(0.3)
"""Metres; what is nearer is not drawn."""

_TINY = np.float32(1e-9)


@dataclass(frozen=True)
class Faces:
    """K faces of B scenes in W columns.

    Attributes:
        constant, slope: `[B, K, W]`, of the inverse depth.
        top, bottom: `[B, K, W]`, the rows between which it is seen; equal where it is not.
        normal_x, normal_y, normal_z: `[B, K, W]`.
        along: `[B, K, W]`, metres along a side, for what is painted on it; 0 on others.
        material: uint8 `[B, K]`.
    """

    constant: Floats
    slope: Floats
    top: Floats
    bottom: Floats
    normal_x: Floats
    normal_y: Floats
    normal_z: Floats
    along: Floats
    material: NDArray[np.uint8]


def joined(tables: list[Faces]) -> Faces:
    """Tables of the same scenes as one, in their order."""
    return Faces(
        **{
            one.name: np.concatenate([getattr(table, one.name) for table in tables], axis=1)
            for one in fields(Faces)
        }
    )


def sides(
    camera: Camera,
    inverse_depth: Floats,
    seen: NDArray[np.bool_],
    low: Floats,
    high: Floats,
    normal: tuple[Floats, Floats],
    along: Floats,
    material: NDArray[np.uint8],
) -> Faces:
    """Vertical faces between two heights.

    Args:
        inverse_depth, seen, along: `[B, K, W]`.
        low, high: `[B, K]`.
        normal: its x and z, `[B, K, W]` or with a last axis of 1, pointing to the camera.
        material: `[B, K]`.
    """
    inverse_depth = np.where(seen, inverse_depth, 0)
    top = camera.row_of(high, inverse_depth)
    bottom = np.where(seen, camera.row_of(low, inverse_depth), top)
    zero = np.zeros_like(inverse_depth)
    return Faces(
        constant=inverse_depth,
        slope=zero,
        top=top,
        bottom=bottom,
        normal_x=np.broadcast_to(normal[0], zero.shape),
        normal_y=zero,
        normal_z=np.broadcast_to(normal[1], zero.shape),
        along=along,
        material=material,
    )


def levels(
    camera: Camera,
    near: Floats,
    far: Floats,
    seen: NDArray[np.bool_],
    height: Floats,
    faces_up: bool,
    material: NDArray[np.uint8],
) -> Faces:
    """Horizontal faces: tops, which are seen from above, or undersides, from below.

    Args:
        near, far: `[B, K, W]`, the inverse depths at which a column enters and leaves the solid.
        seen: `[B, K, W]`.
        height: `[B, K]`.
        material: `[B, K]`.
    """
    above = camera.height[:, None] - height  # [B, K], of the camera over the face
    seen = seen & ((above > _TINY) if faces_up else (above < -_TINY))[..., None]
    ends = camera.row_of(height, near), camera.row_of(height, far)
    top = np.where(seen, np.minimum(*ends), 0)
    bottom = np.where(seen, np.maximum(*ends), 0)
    zero = np.zeros_like(near)
    slope = 1 / np.where(np.abs(above) > _TINY, above, 1)
    return Faces(
        constant=zero,
        slope=np.broadcast_to(slope[..., None], zero.shape),
        top=top,
        bottom=bottom,
        normal_x=zero,
        normal_y=np.full_like(zero, -1.0 if faces_up else 1.0),
        normal_z=zero,
        along=zero,
        material=material,
    )
