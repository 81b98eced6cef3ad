from pathlib import Path

from mtl.config import RunUnit, load_project
from mtl.results.cautions import unequal_training

ROOT = Path(__file__).parents[2]


def _units(*rows: str, setting: str = "celeba8") -> list[RunUnit]:
    project = load_project(ROOT, "mini")
    return [unit for row in rows for unit in project.units_for("etr_nlp", setting, row)]


def test_rows_trained_equally_long_need_no_caution() -> None:
    assert unequal_training(_units("hard_sharing", "gradnorm")) == ()
    assert unequal_training([]) == ()


def test_rows_trained_for_different_lengths_are_named() -> None:
    units = _units("hard_sharing", "gradnorm", "etr_nlp")
    epochs = {unit.method: unit.spec["training"]["epochs"] for unit in units}
    assert epochs["hard_sharing"] == epochs["gradnorm"] > epochs["etr_nlp"]
    (caution,) = unequal_training(units)
    assert caution == (
        "With 8 tasks on celeba, what is compared is not trained equally long: gradnorm, "
        f"hard_sharing for {epochs['gradnorm']} epochs; etr_nlp for {epochs['etr_nlp']} epochs."
    )


def test_problems_are_not_mixed() -> None:
    alone = _units("hard_sharing") + _units("etr_nlp", setting="celeba40")
    assert unequal_training(alone) == ()
    assert len(unequal_training(alone + _units("hard_sharing", setting="celeba40"))) == 1
