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


def _changed(unit: RunUnit, **spec: Any) -> RunUnit:
    return dataclasses.replace(unit, spec={**unit.spec, **spec})


def _trained(unit: RunUnit, epochs: int, **spec: Any) -> RunUnit:
    return _changed(unit, training={**unit.spec["training"], "epochs": epochs}, **spec)


def test_rows_trained_for_different_lengths_are_named() -> None:
    *longer, shorter = _units("hard_sharing", "gradnorm", "etr_nlp")
    (caution,) = unequal_training([*(_trained(u, 3) for u in longer), _trained(shorter, 1)])
    assert caution == (
        "With 8 tasks on celeba (resnet18), what is compared is not trained equally long: "
        "gradnorm, hard_sharing for 3 epochs with 1 optimiser step a batch; etr_nlp for 1 epoch "
        "with 8 optimiser steps a batch."
    )


def test_a_scale_that_shortens_single_rows_is_told() -> None:
    units = _units("hard_sharing", "etr_nlp")
    epochs = [unit.spec["training"]["epochs"] for unit in units]
    assert epochs[0] > epochs[1]
    (caution,) = unequal_training(units)
    assert f"hard_sharing for {epochs[0]} epochs" in caution


def test_regimes_of_one_method_are_told_apart_by_their_steps() -> None:
    [unit] = _units("etr")
    (caution,) = unequal_training([_trained(unit, 2), _trained(unit, 3, regime="synchronized")])
    assert "etr for 3 epochs with 1 optimiser step a batch; " in caution
    assert "etr for 2 epochs with 8 optimiser steps a batch." in caution


def test_more_steps_in_equal_epochs_need_no_caution() -> None:
    [unit] = _units("etr")
    assert unequal_training([unit, _changed(unit, regime="synchronized")]) == ()


def test_hosts_and_tasks_are_problems_of_their_own() -> None:
    [unit] = _units("hard_sharing")
    other_host = _trained(unit, 99, model={"host": "vgg16", "width": 8})
    other_tasks = _trained(unit, 99, tasks=unit.spec["tasks"][::-1])
    assert unequal_training([unit, other_host, other_tasks]) == ()
    assert len(unequal_training([unit, _trained(unit, 99)])) == 1


def test_problems_are_not_mixed() -> None:
    alone = _units("hard_sharing") + _units("etr_nlp", setting="celeba40")
    assert unequal_training(alone) == ()
    assert len(unequal_training(alone + _units("hard_sharing", setting="celeba40"))) == 1
