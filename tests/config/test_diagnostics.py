"""What tables and figures ask of their runs, on papers made by hand."""

from __future__ import annotations

from typing import Any

from mtl.config.diagnostics import required_diagnostics
from mtl.config.models import Paper

SETTING = {
    "label": "s", "dataset": "celeba", "tasks": "groups8", "host": "resnet18",
    "metrics": ["f_score", "gradient_cosine"],
    "evaluation": {"split": "val", "selection": "best_f_score"},
}  # fmt: skip
WORDS = {"title": "t", "caption": "c"}


def _paper(metrics: dict[str, list[str]], **figures: dict[str, Any]) -> Paper:
    """A paper with one table of rows a (of the paper) and b (extra), and figures."""
    groups = [{"setting": s, "label": s, "metrics": found} for s, found in metrics.items()]
    table = {**WORDS, "baseline": "a", "groups": groups, "rows": ["a"], "extra_rows": ["b"]}
    return Paper.model_validate(
        {
            "name": "p", "title": "p", "short": "p", "venue": "v",
            "settings": {"s1": SETTING, "s2": SETTING},
            "rows": {name: {"method": "hard_sharing"} for name in "abc"},
            "tables": {"t": table},
            "figures": {name: {**WORDS, **figure} for name, figure in figures.items()},
        }
    )  # fmt: skip


def test_nothing_is_asked_for_ordinary_metrics() -> None:
    curves = {"kind": "learning_curves", "setting": "s1", "metric": "f_score", "rows": ["a"]}
    assert required_diagnostics(_paper({"s1": ["f_score"]}, f=curves)) == {}


def test_a_table_asks_in_the_settings_that_show_a_metric_of_gradients() -> None:
    paper = _paper({"s1": ["f_score"], "s2": ["f_score", "gradient_variance"]})
    assert required_diagnostics(paper) == {
        ("s2", "a"): ("gradient_conflict",),
        ("s2", "b"): ("gradient_conflict",),
    }


def test_figures_ask_for_their_own_and_together_with_tables() -> None:
    paper = _paper(
        {"s1": ["gradient_cosine"]},
        maps={"kind": "feature_maps", "setting": "s1", "row": "b"},
        conflict={"kind": "gradient_conflict", "setting": "s1", "rows": ["b", "c"]},
        embedding={"kind": "activation_embedding", "setting": "s2", "row": "c"},
    )
    assert required_diagnostics(paper) == {
        ("s1", "a"): ("gradient_conflict",),
        ("s1", "b"): ("feature_maps", "gradient_conflict"),
        ("s1", "c"): ("gradient_conflict",),
        ("s2", "c"): ("activations",),
    }


def test_a_figure_asks_for_the_diagnostic_of_its_metric() -> None:
    sweep = {
        "kind": "option_sweep", "setting": "s2", "metrics": ["gradient_negative"],
        "panels": [{"title": "t", "axis": "x", "points": {"a": "1"}}], "references": ["c"],
    }  # fmt: skip
    assert required_diagnostics(_paper({"s1": ["f_score"]}, f=sweep)) == {
        ("s2", "a"): ("gradient_conflict",),
        ("s2", "c"): ("gradient_conflict",),
    }
