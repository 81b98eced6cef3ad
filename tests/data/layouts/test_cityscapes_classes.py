from __future__ import annotations

import numpy as np
import pytest

from mtl.data.layouts.cityscapes_classes import GROUPS, VARIANTS, groups_by_id
from mtl.errors import MtlError

TRAIN_IDS = (7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33)
"""The labels of the 19 train ids, in their order."""
GROUPS_OF_TRAIN_IDS = (0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 5, 6, 6, 6, 6, 6, 6)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_evaluated_classes_have_their_official_group(variant: str) -> None:
    assert tuple(groups_by_id(variant)[list(TRAIN_IDS)]) == GROUPS_OF_TRAIN_IDS


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("label", [0, 1, 2, 3, 4, 5, 6])
def test_labels_without_a_group_are_void(variant: str, label: int) -> None:
    assert groups_by_id(variant)[label] == 255


def test_the_variants_differ_in_what_is_not_evaluated() -> None:
    tables = {variant: groups_by_id(variant) for variant in VARIANTS}
    differing = {
        variant: np.flatnonzero(table != tables["trainid"]).tolist()
        for variant, table in tables.items()
    }
    assert differing == {
        "trainid": [],
        "category": [9, 10, 14, 15, 16, 18, 29, 30, 255],
        "paper": [29, 30],
    }
    category = tables["category"][differing["category"]]
    names = [GROUPS[number] for number in category]
    assert names == ["flat"] * 2 + ["construction"] * 3 + ["object"] + ["vehicle"] * 3


def test_an_unknown_variant_is_refused() -> None:
    with pytest.raises(MtlError, match=r"unknown variant 'trainids'.*Did you mean 'trainid'"):
        groups_by_id("trainids")
