"""The classes of Cityscapes: from the labels on disk to seven groups.

The table is that of cityscapesScripts (read in public code). ETR-NLP's seven classes are named in
its supplement's Table 2 (printed), which lists caravan and trailer and omits bicycle; which labels
MTAN's `label_7` holds is unspecified. So there are three variants, which differ in less than 1 % of
the pixels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mtl.data.store import VOID
from mtl.errors import unknown

GROUPS = ("flat", "construction", "object", "nature", "sky", "human", "vehicle")
"""The seven groups in the order of their numbers."""

HIGHEST_ID = 33
"""Of the labels in `gtFine/*_labelIds.png`; -1, the licence plate, is written as 255."""

_EVALUATED = {
    "flat": (7, 8),
    "construction": (11, 12, 13),
    "object": (17, 19, 20),
    "nature": (21, 22),
    "sky": (23,),
    "human": (24, 25),
    "vehicle": (26, 27, 28, 31, 32, 33),
}
"""The 19 classes that the benchmark evaluates, by group."""

_CARAVAN_AND_TRAILER = (29, 30)

_LEFT_OUT = {
    "flat": (9, 10),
    "construction": (14, 15, 16),
    "object": (18,),
    "vehicle": (*_CARAVAN_AND_TRAILER, VOID),
}
"""What has a group in the official table, but is not evaluated."""

VARIANTS = ("trainid", "category", "paper")
"""The evaluated classes alone; every label that has a group; the evaluated ones with caravan and
trailer, as the supplement lists them, and bicycle, which it omits."""


def groups_by_id(variant: str) -> NDArray[np.uint8]:
    """A lookup table: the number of the group for each label, `VOID` for none.

    Args:
        variant: one of `VARIANTS`.

    Returns:
        uint8 [256].

    Raises:
        MtlError: for an unknown variant.
    """
    if variant not in VARIANTS:
        raise unknown("variant", variant, VARIANTS, "cityscapes: classes")
    table = np.full(256, VOID, np.uint8)
    members = [_EVALUATED]
    if variant == "category":
        members.append(_LEFT_OUT)
    elif variant == "paper":
        members.append({"vehicle": _CARAVAN_AND_TRAILER})
    for groups in members:
        for name, labels in groups.items():
            table[list(labels)] = GROUPS.index(name)
    return table
