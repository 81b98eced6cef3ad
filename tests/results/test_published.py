from pathlib import Path

import pytest

from mtl.errors import MtlError
from mtl.results.published import Published, load_published

ROOT = Path(__file__).parents[2]
TEXT = """\
# paper: etr_nlp
# table: table_4
# title: Comparison
# source: Table 4
# unit: percent; parameters in millions
# baseline: hard_sharing
# digits: {f_score: 1, parameters: 1}
# direction: {f_score: 1, parameters: -1}
row,setting,metric,mean,std
hard_sharing,,parameters,11.2,
hard_sharing,celeba8,f_score,63.0,0.2
"""


def _write(folder: Path, text: str) -> Path:
    path = folder / "table_4.csv"
    path.write_text(text)
    return path


def test_numbers_stay_as_printed(tmp_path: Path) -> None:
    table = load_published(_write(tmp_path, TEXT))
    assert table.find("hard_sharing", "celeba8", "f_score") == Published("63.0", "0.2")
    assert table.find("hard_sharing", "celeba40", "parameters") == Published("11.2", None)
    assert table.find("hard_sharing", "celeba40", "f_score") is None
    assert table.header["baseline"] == "hard_sharing"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("row,setting", "line,setting", r"table_4.csv:9: expected the columns row,setting"),
        ("63.0,0.2", "63.0", r"table_4.csv:11: expected 5 fields, found 4"),
        ("63.0,0.2", "63.O,0.2", r"table_4.csv:11: 'mean' must be a number, found '63.O'"),
        ("63.0,0.2", "63.0,x", r"table_4.csv:11: 'std' must be a number, found 'x'"),
        ("celeba8,f_score", "celeba8,f_scor", r"csv:11: unknown metric .*mean 'f_score'"),
        ("# source: Table 4\n", "", "header lacks source"),
        ("# digits: {", "# digits: [{", "header is not YAML"),
        ("{f_score: 1, parameters: -1}", "{f_score: 0}", "must hold 1 or -1, found {'f_score': 0}"),
        ("{f_score: 1, parameters: -1}", "up", "'direction' must map metrics"),
        ("hard_sharing,,parameters,11.2,", "hard_sharing,celeba8,f_score,1,", "given twice"),
    ],
)
def test_errors_name_the_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in TEXT
    with pytest.raises(MtlError, match=message):
        load_published(_write(tmp_path, TEXT.replace(old, new, 1)))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(MtlError, match=r"absent\.csv: the published numbers do not exist"):
        load_published(tmp_path / "absent.csv")
    with pytest.raises(MtlError, match="expected a header"):
        load_published(_write(tmp_path, "row,setting,metric,mean,std\n"))
    (tmp_path / "latin.csv").write_bytes(b"# paper: \xe9\n")
    with pytest.raises(MtlError, match="not UTF-8"):
        load_published(tmp_path / "latin.csv")


@pytest.mark.parametrize(
    "path", sorted((ROOT / "data/published").rglob("*.csv")), ids=lambda path: path.stem
)
def test_every_file_of_the_project_is_valid(path: Path) -> None:
    table = load_published(path)
    assert (table.header["paper"], table.header["table"]) == (path.parent.name, path.stem)
    assert table.header["baseline"] in {row for row, _, _ in table.numbers}
