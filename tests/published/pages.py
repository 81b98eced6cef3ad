"""In which order the papers' pages print the numbers of each table."""

from __future__ import annotations

from typing import NamedTuple

Column = tuple[str, str]
"""(setting, metric); the setting is "" for what is printed once for all settings."""


class Block(NamedTuple):
    """Rows that stand below each other, with the same columns.

    Attributes:
        columns: from left to right.
        rows: from top to bottom; all of the header's in its order if None.
    """

    columns: tuple[Column, ...]
    rows: tuple[str, ...] | None = None


def _columns(setting: str, metrics: str) -> tuple[Column, ...]:
    return tuple((setting, metric) for metric in metrics.split())


PARAMETERS = _columns("", "parameters")
CAPACITY = "gender age clothes overall flops mean_rank"

PAGES: dict[tuple[str, str], tuple[Block, ...]] = {
    ("etr_nlp", "table_1"): (Block(_columns("celeba8", "f_score delta_p")),),
    ("etr_nlp", "table_2"): (
        Block(_columns("celeba8", "parameters macs precision recall delta_p")),
        Block(_columns("celeba8_vgg16", "parameters macs_g precision recall delta_p")),
    ),
    ("etr_nlp", "table_3a"): (Block(PARAMETERS + _columns("celeba8", "precision recall delta_p")),),
    ("etr_nlp", "table_3b"): (Block(PARAMETERS + _columns("cityscapes", "miou abs_err delta_p")),),
    ("etr_nlp", "table_4"): (
        Block(
            PARAMETERS
            + _columns("celeba8", "precision recall f_score delta_p")
            + _columns("celeba40", "precision recall f_score delta_p")
        ),
    ),
    ("etr_nlp", "table_5"): (
        Block(
            PARAMETERS
            + _columns("nyu", "miou abs_err rel_err normal_mean normal_median")
            + _columns("nyu", "normal_11 normal_22 normal_30 delta_p")
        ),
    ),
    ("etr_nlp", "table_6"): (
        Block(PARAMETERS + _columns("cityscapes", "miou abs_err rel_err delta_p")),
    ),
    ("etr_nlp", "table_7"): (
        Block(_columns("celeba8", "precision recall") + _columns("cityscapes", "miou abs_err")),
    ),
    ("etr_nlp", "table_s1"): (Block(_columns("celeba8", "precision recall f_score")),),
    ("interrogate", "table_5"): (
        Block(
            _columns("pascal", "semseg normals saliency human edge")
            + _columns("pascal", "delta_mtl flops mean_rank")
        ),
    ),
    ("interrogate", "table_7"): (
        Block(_columns("celeba3", CAPACITY)),
        Block(_columns("celeba3_half", CAPACITY)),
        Block(_columns("celeba3_quarter", CAPACITY)),
    ),
}
"""(paper, table) to its blocks from top to bottom."""
