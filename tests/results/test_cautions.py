import dataclasses
from pathlib import Path
from typing import Any

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
    longer, shorter = epochs["gradnorm"], epochs["etr_nlp"]
    assert caution == (
        "With 8 tasks on celeba (resnet18), what is compared is not trained equally long: "
        f"gradnorm, hard_sharing for {longer} epochs with 1 optimiser step a batch; etr_nlp for "
        f"{shorter} epochs with 8 optimiser steps a batch."
    )


def _changed(unit: RunUnit, **spec: Any) -> RunUnit:
    return dataclasses.replace(unit, spec={**unit.spec, **spec})


def test_regimes_of_one_method_are_told_apart_by_their_steps() -> None:
    [unit] = _units("etr")
    short = unit.spec["training"]["epochs"]
    longer = {**unit.spec["training"], "epochs": short + 1}
    (caution,) = unequal_training([unit, _changed(unit, regime="synchronized", training=longer)])
    assert f"etr for {short + 1} epochs with 1 optimiser step a batch; " in caution
    assert f"etr for {short} epochs with 8 optimiser steps a batch." in caution


def test_more_steps_in_equal_epochs_need_no_caution() -> None:
    [unit] = _units("etr")
    assert unequal_training([unit, _changed(unit, regime="synchronized")]) == ()


def test_hosts_and_tasks_are_problems_of_their_own() -> None:
    [unit] = _units("hard_sharing")
    longer = {"training": {**unit.spec["training"], "epochs": 99}}
    other_host = _changed(unit, model={"host": "vgg16", "width": 8}, **longer)
    other_tasks = _changed(unit, tasks=unit.spec["tasks"][::-1], **longer)
    assert unequal_training([unit, other_host, other_tasks]) == ()
    assert len(unequal_training([unit, _changed(unit, **longer)])) == 1


def test_problems_are_not_mixed() -> None:
    alone = _units("hard_sharing") + _units("etr_nlp", setting="celeba40")
    assert unequal_training(alone) == ()
    assert len(unequal_training(alone + _units("hard_sharing", setting="celeba40"))) == 1
