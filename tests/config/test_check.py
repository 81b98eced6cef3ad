from __future__ import annotations

from pathlib import Path

import pytest

from mtl.config import datasets, load_project
from mtl.config.check import option_problem
from mtl.errors import MtlError
from mtl.methods.info import Option, Value
from tests.config.conftest import ETR_NLP, Edit


@pytest.mark.parametrize(
    ("option", "value", "problem"),
    [
        (Option(0.5, low=0.0, high=1.0), 1, None),
        (Option(0.5, low=0.0, high=1.0), 1.5, "expected a number from 0 to 1, found 1.5"),
        (Option(0.5, low=0.0), -1, "expected a number at least 0, found -1"),
        (Option(0.5, high=1.0), 2, "expected a number at most 1, found 2"),
        (Option(3), 2.5, "expected a whole number, found 2.5"),
        (Option(3), True, "expected a number, found True"),
        (Option(True), False, None),
        (Option(True), 0, "expected true or false, found 0"),
        (Option("max", choices=("max", "avg")), "avg", None),
        (Option("max", choices=("max", "avg")), "av", "unknown choice 'av'"),
        (Option("max"), 1, "expected text, found 1"),
        (Option("avg9", pattern=r"[a-z]+[0-9]+"), "max3", None),
        (Option("avg9", pattern=r"[a-z]+[0-9]+"), "max", "a text like 'avg9', found 'max'"),
        (Option("avg9", pattern=r"[a-z]+[0-9]+"), "avg9+", "a text like 'avg9', found 'avg9+'"),
        (Option("avg9", pattern=r"[a-z]+[0-9]+"), 9, "expected text, found 9"),
    ],
)
def test_an_option_is_held_against_its_record(
    option: Option, value: Value, problem: str | None
) -> None:
    found = option_problem(option, value)
    assert found is None if problem is None else problem in str(found)


ROW = "    method: hard_sharing\n"
OTHER_TABLE = "    published: data/published/etr_nlp/table_3a.csv\n"
TABLE = "    published: data/published/etr_nlp/table_4.csv\n"


@pytest.mark.parametrize(
    ("features", "named", "problem"),
    [
        ("[avg, conv]", "{avg: Avg, conv: Conv}", None),
        ("[]", "{avg: Avg}", None),
        ("[avg, avg]", "{avg: Avg}", r"rows\.hard_sharing\.features\.1: 'avg' appears more than"),
        (
            "[avg]",
            "{max: Max}",
            r"tables\.table_4\.rows\.0: unknown feature of row hard_sharing in this table 'avg'; "
            r"expected one of max",
        ),
    ],
)
def test_check_marks_need_a_column(
    root: Path, edit: Edit, features: str, named: str, problem: str | None
) -> None:
    edit(ETR_NLP, ROW, f"{ROW}    features: {features}\n")
    edit(ETR_NLP, OTHER_TABLE, "    features: {avg: Avg, conv: Conv}\n")
    edit(ETR_NLP, TABLE, f"    features: {named}\n")
    if problem is None:
        row = load_project(root).papers["etr_nlp"].rows["hard_sharing"]
        assert f"[{', '.join(row.features)}]" == features
        return
    with pytest.raises(MtlError, match=problem):
        load_project(root)


def test_metrics_of_gradients_are_metrics_of_attribute_tasks(root: Path, edit: Edit) -> None:
    edit(ETR_NLP, "      - f_score\n    evaluation", "      - gradient_variance\n    evaluation",
         after="  celeba40:\n")  # fmt: skip
    table = "  table_4:\n"
    edit(ETR_NLP, "          - f_score\n    rows:\n", "          - gradient_variance\n    rows:\n",
         after=table)  # fmt: skip
    project = load_project(root)
    assert "gradient_variance" in project.papers["etr_nlp"].settings["celeba40"].metrics
    _, group = project.papers["etr_nlp"].tables["table_4"].groups
    assert group.metrics == ("precision", "recall", "gradient_variance")


@pytest.mark.parametrize(
    ("kinds", "names"),
    [
        (["attributes"], ("gradient_cosine", "gradient_negative", "gradient_variance", "flops")),
        (["labels", "labels"], ("flops",)),
        (["segmentation", "depth"], ("flops",)),
    ],
)
def test_costs_are_metrics_of_tasks_of_every_kind(kinds: list[str], names: tuple[str, ...]) -> None:
    assert datasets.diagnosed_metrics([{"kind": kind} for kind in kinds]) == names
