"""Names and numbers of PASCAL-Context, PASCAL-Part and the labels of its surface normals."""

from __future__ import annotations

CLASSES = (
    "background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair",
    "cow", "diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa",
    "train", "tvmonitor",
)  # fmt: skip
"""PASCAL VOC's classes; background counts as one."""

PERSON = CLASSES.index("person")

PARTS = ("background", "head", "torso", "upper arm", "lower arm", "upper leg", "lower leg")
"""The parts of people, of ASTMT's public code [C]."""

PART_NUMBERS = {
    **dict.fromkeys(
        ("head", "hair", "lear", "rear", "lebrow", "rebrow", "leye", "reye", "mouth", "nose"), 1
    ),
    **dict.fromkeys(("neck", "torso"), 2),
    **dict.fromkeys(("luarm", "ruarm"), 3),
    **dict.fromkeys(("llarm", "rlarm", "lhand", "rhand"), 4),
    **dict.fromkeys(("luleg", "ruleg"), 5),
    **dict.fromkeys(("llleg", "rlleg", "lfoot", "rfoot"), 6),
}
"""PASCAL-Part's 24 names of a person's parts to the numbers of `PARTS` [C]."""

CONTEXT_LABELS = 459
"""PASCAL-Context's labels are 1 to this."""

WITH_NORMALS = frozenset(
    (
        3, 4, 6, 9, 10, 11, 13, 15, 17, 18, 22, 23, 29, 30, 33, 34, 36, 37, 38, 39, 41, 43, 46, 49,
        50, 51, 53, 55, 56, 59, 61, 62, 65, 66, 68, 69, 72, 73, 78, 83, 84, 85, 87, 88, 95, 96,
        101, 104, 105, 107, 111, 113, 115, 122, 124, 135, 141, 142, 143, 146, 150, 154, 157, 158,
        159, 165, 172, 174, 181, 183, 184, 191, 193, 195, 197, 199, 202, 213, 215, 216, 219, 220,
        223, 225, 228, 230, 232, 233, 238, 239, 242, 243, 246, 250, 251, 252, 255, 260, 261, 263,
        269, 272, 273, 275, 281, 283, 284, 285, 286, 287, 288, 290, 291, 292, 293, 295, 304, 307,
        309, 310, 314, 315, 319, 323, 329, 330, 331, 336, 342, 345, 349, 350, 351, 352, 355, 357,
        368, 370, 371, 374, 379, 380, 383, 384, 397, 401, 403, 405, 407, 408, 411, 412, 413, 414,
        417, 419, 421, 423, 427, 429, 430, 432, 440, 441, 442, 443, 444, 446, 454, 457,
    )
)  # fmt: skip
"""The labels of PASCAL-Context whose normals count [C].

Normals were predicted by a network that had seen NYU-v2. So they count where the label's name is
also one of NYU-v2's 894, "unknown" excepted (169 are), and on "tvmonitor", as in ASTMT's public
code. Inferred from the two lists of names.
"""
