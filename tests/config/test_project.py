from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from mtl.config import load_project
from mtl.config.spec import seed_groups
from mtl.errors import MtlError
from mtl.io import atomic_write, canonical_json
from tests.config.conftest import ETR_NLP, MINI, Edit


def fingerprints(root: Path, scale: str | None = None) -> dict[str, set[str]]:
    """Fingerprints by method."""
    found: dict[str, set[str]] = {}
    for unit in load_project(root, scale).units():
        found.setdefault(f"{unit.dataset}/{unit.method}", set()).add(unit.fingerprint)
    return found


def changed(before: dict[str, set[str]], after: dict[str, set[str]]) -> set[str]:
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def test_a_unit_of_several_tables_is_one(root: Path) -> None:
    project = load_project(root)
    shared = project.units_for("etr_nlp", "celeba8", "hard_sharing")
    assert shared[0] in project.table_units("etr_nlp", "table_3a")
    assert shared[0] in project.table_units("etr_nlp", "table_4")
    assert shared[0] in project.figure_units("etr_nlp", "figure_1a")
    names = [unit.name for unit in project.units()]
    assert len(names) == len(set(names))
    assert {unit.name for unit in project.units("digits")} < set(names)


def test_a_spec_is_resolved(root: Path) -> None:
    unit = load_project(root).units_for("etr_nlp", "celeba8", "maximum_roaming")[0]
    assert unit.spec["method"]["options"] == {"gamma": 0.9, "interval": 0.1}
    assert unit.spec["regime"] == "steady_state"
    assert [task["name"] for task in unit.spec["tasks"]][:2] == ["global", "eyes"]
    assert unit.spec["model"] == {"host": "resnet18", "width": 8}
    assert "table_4" not in str(unit.spec)
    assert unit.path == Path("results/runs/celeba/maximum_roaming") / unit.fingerprint


def test_a_scale_may_change_single_rows(root: Path) -> None:
    project = load_project(root)
    epochs = {
        row: project.units_for("etr_nlp", "celeba8", row)[0].spec["training"]["epochs"]
        for row in ("mgda_ub", "gradnorm")
    }
    assert epochs == {"mgda_ub": 12, "gradnorm": 6}
    routing = [
        project.units_for("etr_nlp", setting, "task_routing")[0].spec["method"]["options"]["gamma"]
        for setting in ("celeba8", "celeba40")
    ]
    assert routing == [0.8, 0.9]
    text = "\n".join(project.deviations("etr_nlp", "table_4"))
    assert "Single rows (8 grouped facial attributes (tasks)): 12 epochs for MGDA-UB." in text
    assert "gamma 0.8 (full scale: 0.9) for Task routing" in text


def test_labels_take_the_values_of_the_options(root: Path) -> None:
    rows = load_project(root).paper("etr_nlp").rows
    assert rows["hard_sharing"].label == "Hard sharing"
    assert rows["gradnorm"].label == r"GradNorm ($\alpha = 0.5$)"


def test_an_option_changes_its_method_only(root: Path, edit: Edit) -> None:
    before = fingerprints(root)
    edit(ETR_NLP, "      alpha: 0.5", "      alpha: 0.6")
    assert changed(before, fingerprints(root)) == {
        "celeba/gradnorm",
        "cityscapes/gradnorm",
        "nyu/gradnorm",
    }


def test_words_change_no_run(root: Path, edit: Edit) -> None:
    before = fingerprints(root)
    edit(ETR_NLP, "label: Hard sharing", "label: Sharing")
    edit(ETR_NLP, "Comparison of ETR with", "Comparing ETR with")
    edit(MINI, "description: ", "description: Now, ")
    assert changed(before, fingerprints(root)) == set()


def test_a_whole_number_for_a_real_option_is_the_same_run(root: Path, edit: Edit) -> None:
    edit(ETR_NLP, "      alpha: 0.5", "      alpha: 1")
    before = fingerprints(root)
    edit(ETR_NLP, "      alpha: 1", "      alpha: 1.0")
    assert fingerprints(root) == before


def test_data_options_change_the_runs_on_that_data(root: Path, edit: Edit) -> None:
    before = fingerprints(root)
    edit(MINI, "    short_side: 32", "    short_side: 40")
    assert changed(before, fingerprints(root)) == {name for name in before if "celeba/" in name}


def test_the_twins_dials_change_the_prepared_data(root: Path, edit: Edit) -> None:
    old = load_project(root)
    edit(MINI, "      seed: 0", "      seed: 1")
    new = load_project(root)
    assert old.twin("celeba").fingerprint != new.twin("celeba").fingerprint
    assert old.prepared("celeba").fingerprint != new.prepared("celeba").fingerprint
    assert old.prepared("digits").fingerprint == new.prepared("digits").fingerprint


def test_the_label_of_the_source_changes_no_run(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mtl.data import registry

    before = fingerprints(root)
    monkeypatch.setitem(registry.describe("celeba").source_labels, "twin", "another label")
    project = load_project(root)
    assert project.prepared("celeba").source_label == "another label"
    assert fingerprints(root) == before


def test_a_sixth_seed_adds_one_unit_and_changes_none(root: Path, edit: Edit) -> None:
    before = load_project(root).units_for("etr_nlp", "celeba8", "etr")
    edit(MINI, "seeds: 5", "seeds: 6")
    after = load_project(root).units_for("etr_nlp", "celeba8", "etr")
    assert [unit.seeds for unit in after] == [(0, 1, 2, 3, 4), (5,)]
    assert after[0].fingerprint == before[0].fingerprint


def test_seeds_that_train_together_are_part_of_the_identity(root: Path, edit: Edit) -> None:
    before = fingerprints(root)
    edit(MINI, "seeds_together: 5", "seeds_together: 1")
    after = fingerprints(root)
    assert all(before[name].isdisjoint(after[name]) for name in before)
    assert {name: len(found) for name, found in after.items()} == {
        name: 5 * len(found) for name, found in before.items()
    }


@pytest.mark.parametrize(
    ("seeds", "together", "groups"),
    [
        (5, 5, [(0, 1, 2, 3, 4)]),
        (6, 5, [(0, 1, 2, 3, 4), (5,)]),
        (2, 5, [(0, 1)]),
        (3, 1, [(0,), (1,), (2,)]),
    ],
)
def test_seed_groups(seeds: int, together: int, groups: list[tuple[int, ...]]) -> None:
    assert seed_groups(seeds, together) == groups


def test_real_data_are_identified_by_their_manifest(root: Path) -> None:
    manifest = root / "data/raw/celeba.manifest.json"
    atomic_write(manifest, canonical_json({"images": 3}))
    first = load_project(root, "paper").prepared("celeba")
    assert first.source == "real"
    assert first.twin is None
    assert first.root == Path("data/raw/celeba")
    atomic_write(manifest, canonical_json({"images": 4}))
    assert load_project(root, "paper").prepared("celeba").fingerprint != first.fingerprint


def test_the_scale_comes_from_the_argument_then_the_environment_then_the_default(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_project(root).scale.name == "mini"
    monkeypatch.setenv("MTL_SCALE", "quick")
    assert load_project(root).scale.name == "quick"
    assert load_project(root, "mini").scale.name == "mini"


def test_products_of_other_scales_have_their_own_folder(root: Path) -> None:
    assert load_project(root, "mini").products == Path("results")
    assert load_project(root, "quick").products == Path("results/quick")


def test_a_unit_is_found_by_path_name_and_prefix(root: Path) -> None:
    project = load_project(root)
    unit = project.units()[0]
    for name in (unit.name, str(unit.path), f"{unit.path}/unit.json", unit.fingerprint[:8]):
        assert project.unit(name) == unit
    with pytest.raises(MtlError, match="is no unit of scale 'mini': code, configuration or data"):
        project.unit("celeba/etr/000000000000")
    with pytest.raises(MtlError, match=f"matches {len(project.units())} units"):
        project.unit("")


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (("etr", "celeba8", "etr"), "unknown paper 'etr'.*Did you mean 'etr_nlp'"),
        (("etr_nlp", "celeba", "etr"), "unknown setting 'celeba'"),
        (("etr_nlp", "celeba8", "etrs"), "unknown row 'etrs'.*Did you mean 'etr'"),
    ],
)
def test_unknown_names(root: Path, arguments: tuple[str, str, str], match: str) -> None:
    with pytest.raises(MtlError, match=match):
        load_project(root).units_for(*arguments)


def test_each_set_of_dials_has_its_own_data_and_runs(root: Path) -> None:
    project = load_project(root)
    variants = project.variants("faces_probe")
    assert [data.dials for data in variants] == [
        {"relatedness": value} for value in (0.0, 0.25, 0.5, 0.75, 0.95)
    ]
    assert variants[2].title == "faces_probe (relatedness 0.5)"
    units = [project.units_for("etr_nlp", f"probe_{k}", "etr_synchronized")[0] for k in (0, 50)]
    assert [unit.data for unit in units] == [variants[0], variants[2]]
    assert units[0].spec == units[1].spec
    assert units[0].fingerprint != units[1].fingerprint
    twins = [data.twin for data in variants if data.twin]
    assert len({twin.fingerprint for twin in twins}) == 5
    assert twins[2].config == {"train": 128, "val": 64, "test": 32, "relatedness": 0.5}
    assert twins[2] == project.twin("faces_probe", {"relatedness": 0.5})


def test_settings_with_equal_dials_share_their_data(root: Path, edit: Edit) -> None:
    edit(ETR_NLP, "      - probe_25\n", "")  # a figure by relatedness shows each value once
    edit(ETR_NLP, "relatedness: 0.25", "relatedness: 0.5")
    variants = load_project(root).variants("faces_probe")
    assert [data.dials["relatedness"] for data in variants] == [0.0, 0.5, 0.75, 0.95]


def test_a_dataset_without_dials_has_one_variant(root: Path) -> None:
    project = load_project(root)
    assert project.variants("celeba") == [project.prepared("celeba")]
    assert project.prepared("celeba").title == "celeba"
    datasets = [data.dataset for data in project.all_prepared()]
    assert datasets == ["celeba", "digits", *["faces_probe"] * 5, "cityscapes", "nyu", "pascal"]
    with pytest.raises(MtlError, match=r"unknown dataset 'face_probe'.*Did you mean 'faces_probe'"):
        project.variants("face_probe")


def test_a_setting_may_prepare_its_data_otherwise(root: Path, edit: Edit) -> None:
    edit(MINI, "  celeba8_vgg16:\n", "  celeba8_vgg16:\n    data:\n      short_side: 24\n")
    project = load_project(root)
    usual, own = (
        project.units_for("etr_nlp", setting, "hard_sharing")[0].data
        for setting in ("celeba8", "celeba8_vgg16")
    )
    assert usual == project.prepared("celeba")
    assert (usual.config, own.config) == ({"short_side": 32}, {"short_side": 24})
    assert (own.title, own.twin) == ("celeba (short_side 24)", usual.twin)
    assert own in project.variants("celeba")
    assert own.fingerprint != usual.fingerprint
    text = "\n".join(project.deviations("etr_nlp", "table_2"))
    assert "Images of CelebA: short side 32 (paper: 64), short side 24 (paper: 64)." in text


def test_the_options_of_a_settings_data_are_checked(root: Path, edit: Edit) -> None:
    edit(MINI, "  celeba40:\n", "  celeba40:\n    data:\n      shortside: 24\n")
    with pytest.raises(MtlError, match=r"mini\.yaml:\d+.*unknown option 'shortside'"):
        load_project(root)


def test_a_dataset_that_no_setting_uses_has_the_dials_of_the_scale(root: Path, edit: Edit) -> None:
    path = root / "workflow/config/papers/etr_nlp.yaml"
    paper = yaml.safe_load(path.read_text())
    for name in [name for name in paper["settings"] if name.startswith("probe_")]:
        del paper["settings"][name]
    del paper["figures"]["relatedness"]
    path.write_text(yaml.safe_dump(paper))
    scale = root / "workflow/config/scales/mini.yaml"
    text = scale.read_text().replace("      train: 128", "      relatedness: 0.1\n      train: 128")
    scale.write_text(text[: text.index("  probe_0:")])
    (data,) = load_project(root).variants("faces_probe")
    assert data.dials == {}
    assert data.twin is not None
    assert data.twin.config["relatedness"] == 0.1


def test_whole_and_real_dials_are_not_mistaken_for_each_other(root: Path) -> None:
    """0 and 0.0 are equal in Python, but not in an identity."""
    project = load_project(root)
    whole = project.prepared("faces_probe", {"relatedness": 0})
    real = project.prepared("faces_probe", {"relatedness": 0.0})
    assert whole.fingerprint != real.fingerprint
    again = load_project(root)
    assert again.prepared("faces_probe", {"relatedness": 0.0}).fingerprint == real.fingerprint


def test_a_twin_of_nothing_real_is_compared_with_the_full_scale(root: Path) -> None:
    lines = load_project(root).deviations("etr_nlp", "relatedness")
    text = "\n".join(lines)
    assert (
        "Data: Probe faces with relatedness 0, 0.25, 0.5, 0.75, 0.95: 128 train, 64 val, 32 test "
        "images (full scale: 20000 train, 4000 val, 100 test images)." in lines
    )
    assert "Images of Probe faces: short side 24 (full scale: 64)." in lines
    assert "epochs 3 (full scale: 20)" in text
    assert "(paper:" not in text
    assert "Not in the paper" in text


def test_a_dial_that_a_problem_sets_is_told_of_a_twin(root: Path, edit: Edit) -> None:
    edit(ETR_NLP, "    tasks: groups8\n", "    tasks: groups8\n    twin:\n      rho: 0.5\n")
    text = "\n".join(load_project(root).deviations("etr_nlp", "table_3a"))
    assert "Data: a synthetic twin of CelebA with rho 0.5, drawn by a program (1600 train" in text


def test_a_scale_tells_what_it_does_otherwise_than_the_paper(root: Path) -> None:
    text = "\n".join(load_project(root).deviations("etr_nlp", "table_4"))
    assert "synthetic twin of CelebA" in text
    assert "short side 32 (paper: 64)" in text
    assert "epochs 6 (paper: 40)" in text
    assert "learning rate 0.002 (paper: 0.0001)" in text
    assert text.count("8 grouped facial attributes (tasks); 40 facial attributes (tasks)") == 1


def test_the_full_scale_deviates_in_words_only(root: Path) -> None:
    atomic_write(root / "data/raw/celeba.manifest.json", "{}")
    project = load_project(root, "paper")
    paper = project.paper("etr_nlp")
    expected = (*paper.deviations, *paper.tables["table_4"].deviations)
    assert project.deviations("etr_nlp", "table_4") == expected


def test_a_table_without_printed_numbers_is_compared_with_no_scale(root: Path) -> None:
    text = "\n".join(load_project(root).deviations("digits", "digits"))
    assert "(paper:" not in text


def test_a_method_becomes_a_row_by_one_line(root: Path, edit: Edit) -> None:
    edit("papers/digits.yaml", "      - etr_nlp\n", "      - etr_nlp\n      - nlp\n")
    project = load_project(root)
    assert project.paper("digits").rows["nlp"].label == "NLP"
    (unit,) = project.units_for("digits", "digits", "nlp")
    assert unit.method == "nlp"
