"""What the tests of this folder share: the project's own files, and a small table to break."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "data" / "published"
PAPERS = ("etr_nlp", "interrogate")

TABLE = """\
# paper: etr_nlp
# table: table_9
# title: Comparison
# source: Table 9
# n: 5
# baseline: hard_sharing
# settings: {celeba8: 8 tasks, celeba40: 40 tasks}
# rows:
#   hard_sharing: Hard sharing
#   etr: ETR
# columns:
#   parameters: {label: "#P", unit: million, digits: mixed, direction: lower}
#   precision: {label: P, unit: percent, digits: 1, direction: higher, task: attributes}
#   recall: {label: R, unit: percent, digits: 1, direction: higher, task: attributes}
#   delta_p:
#     label: Δp
#     unit: percent
#     digits: 1
#     direction: higher
#     derived: {kind: delta, of: [precision, recall], stated: tasks}
# checks:
#   sorted_by: precision
# repeats:
#   - {row: etr, setting: celeba8, name: etr_nlp}
row,setting,metric,mean,std
hard_sharing,,parameters,11.2,
hard_sharing,celeba8,precision,67.7,0.8
hard_sharing,celeba8,recall,59.8,0.3
hard_sharing,celeba8,delta_p,0.0,
etr,,parameters,8,
etr,celeba8,precision,72.0,0.4
etr,celeba8,recall,,
etr,celeba8,delta_p,+6.4,
"""
"""A table with numbers printed once for all settings, mixed decimals and a lost cell."""

MARKS = """\
# paper: etr_nlp
# table: table_9
# title: What is proved
# source: Table 9
# statements: {page: on the page, order: by F}
row,types,avg,conv,proof
nlp_avg,1,yes,no,page
r_2,1,?,?,page order
r_3,?,?,?,
"""
"""Check marks of which some are open."""


def write(folder: Path, name: str, text: str) -> Path:
    """A file with this text below the folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def changed(text: str, old: str, new: str) -> str:
    """The text with one change, which must be possible."""
    assert old in text
    return text.replace(old, new, 1)
