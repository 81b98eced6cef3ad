"""A small printed table and claims on it, to take apart."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from mtl.claims.contrasts import Cell, Contrast, contrast
from mtl.claims.vocabulary import Vocabulary
from mtl.io import atomic_write
from mtl.published.table import PublishedTable, load_table

TABLE = """\
# paper: faces
# table: table_4
# title: Comparison
# source: invented
# n: 5
# baseline: hard_sharing
# settings: {celeba8: 8 tasks, celeba40: 40 tasks}
# rows: {hard_sharing: Hard sharing, gradnorm: GradNorm, etr: ETR}
# columns:
#   parameters: {label: "#P (M)", unit: million, digits: 1, direction: lower}
#   f_score: {label: F-score, unit: percent, digits: 1, direction: higher}
#   abs_err: {label: Abs. Err., unit: metre, digits: 2, direction: lower}
#   delta_p:
#     label: Δp (%)
#     unit: percent
#     digits: 1
#     direction: higher
#     derived: {kind: delta, of: [f_score]}
#   rank:
#     label: MR
#     unit: rank
#     digits: 1
#     direction: lower
#     derived: {kind: mean_rank, of: [f_score]}
row,setting,metric,mean,std
hard_sharing,,parameters,11.2,
gradnorm,,parameters,11.2,
etr,,parameters,8.0,
hard_sharing,celeba8,f_score,63.0,0.2
gradnorm,celeba8,f_score,63.6,0.5
etr,celeba8,f_score,66.9,0.1
hard_sharing,celeba40,f_score,64.2,0.1
gradnorm,celeba40,f_score,64.2,0.3
etr,celeba40,f_score,68.1,0.1
hard_sharing,celeba8,abs_err,0.17,
gradnorm,celeba8,abs_err,0.15,
etr,celeba8,abs_err,
hard_sharing,celeba8,delta_p,0.0,
gradnorm,celeba8,delta_p,+1.5,
etr,celeba8,delta_p,+1.5,
""".replace("etr,celeba8,abs_err,\n", "etr,celeba8,abs_err,,\n")

CLAIMS = """\
paper: faces
rows:
  hard_sharing: Hard sharing
  gradnorm: GradNorm
  task_routing: Task routing
  etr: ETR
  single_task: Single task
  other: Another row
settings:
  celeba8: 8 tasks
  celeba40: 40 tasks
  elsewhere: Elsewhere
claims:
  best:
    statement: ETR has the highest F-score.
    quote: ETR is the best
    source: section 1
    tables: [table_4]
    tests:
      - kind: better
        rows: [etr]
        than: [hard_sharing, gradnorm]
        columns: {celeba8: [f_score]}
  cheap:
    statement: ETR is cheaper than GradNorm.
    quote: at lower cost
    source: section 2
    tables: [table_4]
    tests:
      - kind: better
        rows: [etr]
        than: [gradnorm]
        columns: {celeba8: [parameters]}
"""

VOCABULARY_ROWS = {"hard_sharing": "Hard sharing", "gradnorm": "GradNorm", "etr": "ETR"}
VOCABULARY_SETTINGS = {"celeba8": "8 tasks", "celeba40": "40 tasks", "celeba80": "80 tasks"}


def table(folder: Path, text: str = TABLE) -> PublishedTable:
    """The table, or a variant of it, as read from a file."""
    path = folder / "table_4.csv"
    atomic_write(path, text)
    return load_table(path)


def vocabulary(*tables: PublishedTable) -> Vocabulary:
    return Vocabulary(VOCABULARY_ROWS, VOCABULARY_SETTINGS, tables)


def difference(metric: str, better: str, worse: str, setting: str = "celeba8") -> Contrast:
    """One row's metric minus another's."""
    return contrast(
        f"{better} above {worse}",
        ((Cell(better, setting, metric), 1), (Cell(worse, setting, metric), Fraction(-1))),
    )
