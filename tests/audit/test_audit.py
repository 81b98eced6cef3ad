"""What is found in the two papers."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from mtl.audit.audit import PUBLISHED, audit_files, audit_published, audit_table
from mtl.audit.findings import CellFinding, Finding
from mtl.audit.rank_problem import rank_problem
from mtl.audit.rank_search import TIE_RULES
from mtl.cli import main
from mtl.errors import MtlError
from mtl.published.table import PublishedTable, load_tables
from tests.audit.tables import replaced

ROOT = Path(__file__).parents[2] / PUBLISHED


@pytest.fixture(scope="module")
def findings() -> tuple[Finding, ...]:
    return audit_published(ROOT)


@pytest.fixture(scope="module")
def tables() -> dict[tuple[str, str], PublishedTable]:
    return load_tables(ROOT)


def select(
    findings: tuple[Finding, ...], check: str, table: str, paper: str = "etr_nlp"
) -> list[Finding]:
    return [f for f in findings if (f.paper, f.table, f.check) == (paper, table, check)]


def wrong(finding: Finding) -> dict[str, CellFinding]:
    return {cell.row: cell for cell in finding.cells if cell.verdict == "inconsistent"}


def in_text(findings: tuple[Finding, ...], name: str) -> Finding:
    [finding] = [f for f in findings if f.check == "text" and f.cells[0].row == name]
    return finding


@pytest.mark.parametrize(
    ("table", "settings"),
    [
        ("table_1", 1),
        ("table_2", 2),
        ("table_3a", 1),
        ("table_3b", 1),
        ("table_4", 2),
        ("table_5", 1),
        ("table_6", 1),
    ],
)
def test_etr_nlp_printed_the_flat_mean_and_not_its_formula(
    findings: tuple[Finding, ...], table: str, settings: int
) -> None:
    found = select(findings, "delta", table)
    assert len(found) == settings
    for finding in found:
        assert finding.verdict == "consistent"
        assert finding.convention == "metrics"
        assert finding.stated == "tasks_inverted"
        assert finding.contradicts_stated
        assert not wrong(finding)
        inverted = {v for name, v in finding.conventions.items() if name.endswith("inverted")}
        assert inverted == {"inconsistent"}


def test_tables_5_and_6_exclude_the_mean_over_tasks_with_either_sign(
    findings: tuple[Finding, ...],
) -> None:
    for table in ("table_5", "table_6"):
        [finding] = select(findings, "delta", table)
        assert finding.conventions["tasks"] == "inconsistent"
        assert finding.decisive
        assert "nor can it with its sign turned round" in finding.words


def test_the_printed_delta_of_cityscapes_lies_where_the_formula_does_not(
    tables: dict[tuple[str, str], PublishedTable],
) -> None:
    table = tables["etr_nlp", "table_6"]
    by_tasks = replaced(table, {("etr_nlp", "cityscapes", "delta_p"): "+17.8"})
    [finding] = [f for f in audit_table(by_tasks) if f.check == "delta"]
    assert set(wrong(finding)) == {"etr_nlp"}  # by the flat mean, which the others follow
    assert wrong(finding)["etr_nlp"].nearest == "+20.6"


def test_attentive_has_two_numbers_of_parameters(findings: tuple[Finding, ...]) -> None:
    [finding] = [f for f in select(findings, "repeated", "table_6") if f.column == "parameters"]
    assert finding.verdict == "inconsistent"
    printed = {c.table: c.printed for c in finding.cells if c.row == "attentive"}
    assert printed == {"table_3b": "28.2", "table_6": "25.1"}
    assert set(wrong(finding)) == {"attentive"}


def test_the_baseline_has_two_f_scores(findings: tuple[Finding, ...]) -> None:
    [finding] = [f for f in select(findings, "repeated", "table_s1") if f.column == "f_score"]
    assert finding.verdict == "inconsistent"
    printed = {c.table: c.printed for c in finding.cells if c.verdict == "inconsistent"}
    assert printed == {
        "table_1": "63.0 ± 0.2",
        "table_4": "63.0 ± 0.2",
        "table_s1": "62.86 ± 0.07",
    }


def test_all_other_repeated_numbers_agree(findings: tuple[Finding, ...]) -> None:
    found = [f for f in findings if f.check == "repeated"]
    assert len(found) >= 8
    assert sum(f.verdict == "inconsistent" for f in found) == 2
    assert all(f.verdict != "undecidable" for f in found)
    etr = {c.row for f in select(findings, "repeated", "table_7") for c in f.cells}
    assert "etr_synchronized" in etr  # under another name in Table 3


def test_stds_of_table_5_are_copied(findings: tuple[Finding, ...]) -> None:
    [finding] = select(findings, "copied_std", "table_5")
    assert finding.verdict == "inconsistent"
    first_five = {"miou", "abs_err", "rel_err", "normal_mean", "normal_median"}
    by_row = {
        row: {cell.metric for cell in finding.cells if cell.row == row}
        for row in ("gradnorm", "cross_stitch", "mtan")
    }
    assert by_row["gradnorm"] == first_five
    assert by_row["mtan"] == by_row["cross_stitch"]
    assert by_row["mtan"] == first_five | {"normal_11", "normal_22", "normal_30"}
    assert {cell.row for cell in finding.cells} == set(by_row)
    assert "0.80 in Median Err., Within 11.25°, Within 22.5° and Within 30°" in finding.words


def test_no_other_table_has_copied_stds(findings: tuple[Finding, ...]) -> None:
    found = {f.table: f.verdict for f in findings if f.check == "copied_std"}
    assert found.pop("table_5") == "inconsistent"
    assert set(found.values()) == {"consistent"}
    assert {"table_1", "table_2", "table_3a", "table_3b", "table_4", "table_6"} <= set(found)


def test_the_median_of_gradnorm_contradicts_its_shares(findings: tuple[Finding, ...]) -> None:
    [finding] = select(findings, "median", "table_5")
    assert set(wrong(finding)) == {"gradnorm"}
    assert wrong(finding)["gradnorm"].nearest == "30.00"


@pytest.mark.parametrize(
    ("name", "verdict", "convention", "nearest"),
    [
        ("cityscapes_parameters_saved", "inconsistent", "percent", "12.3"),
        ("celeba_parameters_saved", "consistent", "percent", None),
        ("cityscapes_miou_gain", "consistent", None, None),
        ("mgda_ub_f_score_8_to_40", "consistent", "points", None),
        ("etr_nlp_f_score_8_to_40", "consistent", "percent", None),
        ("celeba_half_flops", "inconsistent", None, "15.5"),
        ("pascal_stl_semseg", "inconsistent", None, "66.1"),
        ("pascal_stl_normals", "inconsistent", None, "14.70"),
        ("celeba_stl_flops", "consistent", None, None),
        ("pascal_best_delta", "consistent", None, None),
        ("nyud_hrnet18_delta", "undecidable", None, None),
    ],
)
def test_numbers_in_the_text(
    findings: tuple[Finding, ...],
    name: str,
    verdict: str,
    convention: str | None,
    nearest: str | None,
) -> None:
    finding = in_text(findings, name)
    assert (finding.verdict, finding.convention) == (verdict, convention)
    assert finding.cells[0].nearest == nearest


def test_the_text_says_whose_numbers_it_prints(findings: tuple[Finding, ...]) -> None:
    assert "the Flops (M) of MTL" in in_text(findings, "celeba_half_flops").words
    assert "the Normals of the same row" in in_text(findings, "pascal_stl_semseg").words
    assert "the Semseg of the same row" in in_text(findings, "pascal_stl_normals").words


def test_interrogate_table_5(findings: tuple[Finding, ...]) -> None:
    [finding] = select(findings, "delta", "table_5", "interrogate")
    assert finding.verdict == "inconsistent"
    assert set(finding.conventions.values()) == {"inconsistent"}
    assert finding.convention == finding.stated == "primary"
    cells = wrong(finding)
    assert cells["dwa"].nearest == "-4.14"
    assert cells["mtan"].nearest == "-1.72"
    for name in ("dwa", "mtan"):
        assert "the printed metrics allow only" in cells[name].words
    assert cells["pcgrad"].words.startswith("possible alone, but not together with the 12 other")
    assert cells["pcgrad"].nearest == "-2.57"
    assert cells["pcgrad"].jointly is not None
    assert cells["pcgrad"].jointly.low > -2.575  # -2.58 cannot be
    # One other row would do in its place.
    assert set(cells) == {"dwa", "mtan", "pcgrad", "interrogate_577"}
    assert "instead of it InterroGate (interrogate_577) could be wrong" in cells["pcgrad"].words


@pytest.mark.parametrize("aside", ["pcgrad", "interrogate_577"])
def test_without_either_row_the_others_of_table_5_are_possible(
    tables: dict[tuple[str, str], PublishedTable], aside: str
) -> None:
    table = tables["interrogate", "table_5"]
    gone = {(row, "pascal", "delta_mtl") for row in ("dwa", "mtan", aside)}
    kept = PublishedTable(
        table.path,
        table.header,
        {key: number for key, number in table.numbers.items() if key not in gone},
        table.lost,
    )
    [finding] = [f for f in audit_table(kept) if f.check == "delta"]
    assert finding.verdict == "consistent"  # proved by a solution in exact fractions
    assert len(finding.cells) == 13


def test_the_mean_rank_of_table_5_needs_unrounded_metrics(
    findings: tuple[Finding, ...], tables: dict[tuple[str, str], PublishedTable]
) -> None:
    [finding] = select(findings, "mean_rank", "table_5", "interrogate")
    fitting = [name for name, verdict in finding.conventions.items() if verdict == "consistent"]
    assert fitting == ["min"]
    assert len(finding.conventions) == 7
    assert set(finding.conventions.values()) == {"consistent", "inconsistent"}
    assert "445 hidden orders" in finding.words


def test_hidden_orders_by_rule(tables: dict[tuple[str, str], PublishedTable]) -> None:
    from mtl.audit.cells import derived_columns

    [column] = derived_columns(tables["interrogate", "table_5"], "mean_rank")
    problem = rank_problem(column, column.rows)
    counts = {rule: problem.count(rule) for rule in TIE_RULES}
    assert counts == {"min": 445, "average": 0, "max": 0, "strict": 0}


def test_table_7_follows_from_its_columns(findings: tuple[Finding, ...]) -> None:
    for check in ("mean", "mean_rank", "multiple"):
        found = select(findings, check, "table_7", "interrogate")
        assert {f.setting for f in found} == {"celeba3", "celeba3_half", "celeba3_quarter"}
        assert {f.verdict for f in found} == {"consistent"}


def test_only_what_is_listed_here_is_inconsistent(findings: tuple[Finding, ...]) -> None:
    found = [(f.table, f.check, f.column) for f in findings if f.verdict == "inconsistent"]
    assert sorted(found) == sorted(
        [
            ("table_5", "copied_std", ""),
            ("table_5", "median", "normal_median"),
            ("table_5", "delta", "delta_mtl"),
            ("table_6", "repeated", "parameters"),
            ("table_s1", "repeated", "f_score"),
            *[("text", "text", unit) for unit in ("percent", "million", "percent", "degree")],
        ]
    )


def test_every_finding_speaks_in_sentences(findings: tuple[Finding, ...]) -> None:
    for finding in findings:
        assert finding.words.endswith(".")
        assert "  " not in finding.words
        for cell in finding.cells:
            assert (cell.verdict == "consistent") == (cell.words == "")
            assert not cell.words.endswith(".")


def test_the_order_is_that_of_papers_and_tables(findings: tuple[Finding, ...]) -> None:
    assert findings == audit_published(ROOT)
    papers = [finding.paper for finding in findings]
    assert papers == sorted(papers)
    assert [f.table for f in findings].index("text") > [f.table for f in findings].index("table_1")


def test_all_tables_are_audited_in_well_under_20_seconds() -> None:
    start = time.process_time()
    audit_published(ROOT)
    assert time.process_time() - start < 10


def test_a_folder_without_tables_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MtlError, match="expected printed tables as <paper>/table_"):
        audit_published(tmp_path)


def test_files_of_one_paper_are_compared() -> None:
    both = [ROOT / "etr_nlp/table_3b.csv", ROOT / "etr_nlp/table_6.csv"]
    found = [f for f in audit_files(both) if f.check == "repeated"]
    assert {f.column: f.verdict for f in found}["parameters"] == "inconsistent"
    apart = [both[0], ROOT / "interrogate/table_5.csv"]
    assert not [f for f in audit_files(apart) if f.check == "repeated"]


def test_two_files_with_the_same_names_are_an_error(tmp_path: Path) -> None:
    path = ROOT / "etr_nlp/table_3b.csv"
    copy = tmp_path / "mine.csv"
    copy.write_bytes(path.read_bytes())
    with pytest.raises(MtlError, match="give each file names of its own"):
        audit_files([path, copy])
    assert main(["audit", str(path), str(copy)]) == 1
