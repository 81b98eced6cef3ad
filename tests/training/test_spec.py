from __future__ import annotations

import copy

import pytest

from mtl.errors import MtlError
from mtl.objectives.base import Task
from mtl.training.spec import REGIMES, Profile, TrainingSpec
from tests.training.fabricate import make_spec


def test_the_plain_form_is_read() -> None:
    parsed = TrainingSpec.parse(make_spec("etr", epochs=3, batch_size=4, learning_rate=1e-3))
    assert parsed.tasks[0] == Task("face", "attributes", ("Smiling", "Male"))
    assert (parsed.host, parsed.width) == ("resnet18", 8)
    assert (parsed.method, parsed.options) == ("etr", {"gamma": 0.9})
    assert parsed.regime == "steady_state"
    assert (parsed.epochs, parsed.batch_size, parsed.eval_batch_size) == (3, 4, 5)
    assert (parsed.evaluations_per_epoch, parsed.learning_rate) == (1, 1e-3)
    assert (parsed.split, parsed.selection) == ("val", "best_f_score")
    assert parsed.diagnostics == ()
    assert parsed.profile is None


def test_diagnostics_and_the_full_scale_s_network_are_read() -> None:
    full = {"width": 64, "options": {"gamma": 0.8}, "size": [64, 48]}
    names = ("gradient_cka", "activations")
    parsed = TrainingSpec.parse(make_spec("etr", diagnostics=names, profile=full))
    assert parsed.diagnostics == names
    assert parsed.profile == Profile(64, {"gamma": 0.8}, (64, 48))


PATHS = [
    ("tasks",),
    ("tasks", 0, "name"),
    ("tasks", 0, "kind"),
    ("tasks", 0, "columns"),
    ("model",),
    ("model", "host"),
    ("model", "width"),
    ("method", "name"),
    ("method", "options"),
    ("regime",),
    ("training",),
    ("training", "epochs"),
    ("training", "batch_size"),
    ("training", "eval_batch_size"),
    ("training", "evaluations_per_epoch"),
    ("training", "learning_rate"),
    ("evaluation", "split"),
    ("evaluation", "selection"),
    ("diagnostics",),
    ("profile",),
    ("profile", "width"),
    ("profile", "options"),
    ("profile", "size"),
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ".".join(map(str, path)))
def test_a_missing_field_is_named(path: tuple[str | int, ...]) -> None:
    full = {"width": 64, "options": {}, "size": [64, 64]}
    spec = copy.deepcopy(make_spec(profile=full))
    parent = spec
    for key in path[:-1]:
        parent = parent[key]
    del parent[path[-1]]
    with pytest.raises(MtlError, match=rf"run specification: the field '{path[-1]}' is missing"):
        TrainingSpec.parse(spec)


def test_an_unknown_regime_is_told_its_neighbour() -> None:
    message = r"run specification: unknown regime 'steady'.*Did you mean 'steady_state'\?"
    with pytest.raises(MtlError, match=message):
        TrainingSpec.parse(make_spec() | {"regime": "steady"})


def test_the_update_rules_are_the_regimes() -> None:
    from mtl.training.regimes import UPDATE_RULES

    assert set(UPDATE_RULES) == set(REGIMES)
