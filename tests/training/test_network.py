from __future__ import annotations

import itertools
from typing import Any

import pytest
import torch

from mtl.errors import MtlError
from mtl.layers.replicas import initialise
from mtl.methods import registry
from mtl.training.network import Counts, build, count, hosts, profile
from mtl.training.spec import TrainingSpec
from tests.training.fabricate import ANY_HOST, make_spec

GROUPS = (5,) * 8
SINGLE = (1,) * 40
OUTPUTS = (2, 1, 3)


def counts(
    method: str, host: str = "resnet18", outputs: tuple[int, ...] = GROUPS, **options: Any
) -> Counts:
    """Of the paper's network, 64 channels wide on 64x64 images."""
    spec = make_spec(method, host=host, width=64, options=options)
    return count(TrainingSpec.parse(spec), outputs, (64, 64))


def network(method: str, seeds: tuple[int, ...] = (3, 11), plain: bool = False, **changes: Any):
    spec = TrainingSpec.parse(make_spec(method, **changes))
    built, _ = build(spec, seeds, OUTPUTS, (32, 39), plain)
    initialise(built, seeds)
    return built


def test_the_hosts_are_the_files() -> None:
    assert hosts() == [
        "resnet18",
        "resnet18_dilated",
        "resnet20",
        "resnet_small",
        "segnet",
        "vgg16",
    ]


@pytest.mark.parametrize("outputs", [GROUPS, SINGLE])
def test_hard_sharing_has_the_printed_size(outputs: tuple[int, ...]) -> None:
    found = counts("hard_sharing", outputs=outputs)
    assert found.parameters_total == found.parameters_active == 11_195_240  # 11.2M
    assert found.macs == found.macs_all_tasks == 148_066_304  # 148M
    assert found.macs_input == (3, 64, 64)


def test_vgg16_has_the_printed_size() -> None:
    found = counts("hard_sharing", "vgg16")
    assert found.parameters_total == 14_739_432  # 14.7M
    assert found.macs == 1_252_806_656  # 1.25G


@pytest.mark.parametrize(
    ("host", "multiplier", "parameters", "macs"),
    [
        ("resnet18", 1, 2_040_680, 42_346_496),  # 2.05M, 43M with the pooling's additions
        ("resnet18", 2, 8_087_208, 147_607_552),  # 8.11M, 148M
        ("vgg16", 1, 2_482_152, 221_278_208),  # 2.48M, 0.22G
        ("vgg16", 2, 9_867_176, 857_792_512),  # printed 14.3M, which no width of 2 gives
    ],
)
def test_primitives_have_the_printed_size(
    host: str, multiplier: int, parameters: int, macs: int
) -> None:
    found = counts("nlp", host, width_multiplier=multiplier)
    assert (found.parameters_total, found.macs) == (parameters, macs)


@pytest.mark.parametrize(
    ("method", "host", "options", "parameters", "macs"),
    [
        ("lbconv", "resnet18", {}, 1_606_248, 164_843_520),  # 1.61M, 165M
        ("lbconv", "vgg16", {}, 1_843_624, 1_433_161_728),  # 1.84M, 1.43G
        ("shift", "resnet18", {"pointwise": 2}, 2_830_696, 43_208_704),  # 2.81M, 42M
        ("shift", "resnet18", {"pointwise": 1}, 1_430_376, 26_431_488),  # not the printed reading
        ("shift", "vgg16", {"pointwise": 1}, 1_665_000, 145_510_400),  # 1.67M, 0.14G
        ("shift", "vgg16", {"pointwise": 2}, 3_479_656, 309_088_256),  # not the printed reading
        ("depthwise", "resnet18", {}, 2_910_248, 45_356_032),  # 2.91M, 45M
        ("depthwise", "vgg16", {}, 3_569_673, 336_199_680),  # 3.57M, 0.34G
        ("ghost", "resnet18", {}, 2_985_896, 46_266_368),  # 5.77M registered, 46M
        ("ghost", "vgg16", {}, 3_739_320, 320_681_984),  # 7.45M registered, 0.32G
    ],
)
def test_alternatives_have_the_sizes_of_the_check_sheet(
    method: str, host: str, options: dict[str, int], parameters: int, macs: int
) -> None:
    found = counts(method, host, **options)
    assert found.parameters_total == found.parameters_active == parameters
    assert found.macs == found.macs_all_tasks == macs


def test_alternatives_have_the_weights_of_their_formulas() -> None:
    """Of the 3x3 layers of ResNet18, from the sums of channels that the check sheet gives."""
    widths = [64, 64, 64, 64, 64, 128, 128, 128, 128, 256, 256, 256, 256, 512, 512, 512, 512]
    pairs = list(itertools.pairwise(widths))
    assert sum(c_in * c_out for c_in, c_out in pairs) == 1_220_608
    rest = 11_195_240 - 9 * 1_220_608

    def of(*terms: Any) -> int:
        return rest + sum(term(c_in, c_out) for c_in, c_out in pairs for term in terms)

    assert counts("lbconv").parameters_total == of(lambda i, o: o * o + o)
    separable = of(lambda i, o: 9 * i + i * o + 9 * o + o * o, lambda i, o: 2 * i + 4 * o)
    assert counts("depthwise").parameters_total == separable
    assert counts("shift").parameters_total == of(lambda i, o: i * o + o * o + 2 * o)
    ghost = of(lambda i, o: 9 * i * (o // 4) + o // 4, lambda i, o: 10 * (o - o // 4))
    assert counts("ghost").parameters_total == ghost
    assert counts("nlp").parameters_total == rest + 3 * 1_220_608 // 2


@pytest.mark.parametrize(
    ("host", "registered", "unused"),
    [
        # The check sheet's 5,767,656 holds with a normalisation behind the three shortcuts, which
        # our ResNet18 has not: 2 * (128 + 256 + 512) = 1,792 less.
        ("resnet18", 5_767_656 - 1_792, 2_779_968),  # 5.77M
        ("vgg16", 7_453_896, 3_714_576),  # 7.45M
    ],
)
def test_the_printed_size_of_ghost_modules_counts_what_they_never_use(
    host: str, registered: int, unused: int
) -> None:
    found = counts("ghost", host)
    assert found.parameters_registered == registered
    assert found.parameters_registered - found.parameters_total == unused


@pytest.mark.parametrize("method", [name for name in ANY_HOST if name != "ghost"])
def test_other_layers_register_what_they_use(method: str) -> None:
    found = counts(method)
    assert found.parameters_registered == found.parameters_total


def test_vgg16_of_another_width_has_the_printed_size_of_two() -> None:
    """The row printed as twice as wide fits a factor of 2.4: 154 channels instead of 64."""
    spec = make_spec("nlp", host="vgg16", width=154)
    found = count(TrainingSpec.parse(spec), GROUPS, (64, 64))
    assert found.parameters_total == 14_267_832  # 14.3M
    assert found.macs == 1_234_986_368  # 1.23G


def test_the_profile_counts_the_network_of_the_full_scale() -> None:
    full = {"width": 64, "options": {"gamma": 0.5}, "size": [64, 64]}
    spec = TrainingSpec.parse(make_spec("etr", width=8, profile=full))
    found = profile(spec, GROUPS, (32, 39))
    assert found == {"width": 64, **counts("etr", gamma=0.5).as_json()}
    assert found["macs_input"] == [3, 64, 64]
    own = profile(TrainingSpec.parse(make_spec("etr", width=8)), GROUPS, (32, 39))
    assert own["width"] == 8
    assert own["macs_input"] == [3, 32, 39]
    assert own["parameters_total"] < found["parameters_total"] / 10


def test_the_profile_of_a_wider_method_has_the_host_s_width() -> None:
    full = {"width": 64, "size": [64, 64]}
    full["options"] = {"primitives": "avg9+conv3+perturb0.1", "width_multiplier": 2}
    found = profile(TrainingSpec.parse(make_spec("nlp", profile=full)), GROUPS, (32, 32))
    assert (found["width"], found["parameters_total"]) == (64, 8_087_208)  # 8.11M


@pytest.mark.parametrize(
    ("outputs", "total"), [(GROUPS, 12_976_840), (SINGLE, 20_103_240)], ids=["8", "40"]
)
def test_attentive_hard_sharing_has_the_printed_size(outputs: tuple[int, ...], total: int) -> None:
    found = counts("attentive", outputs=outputs)
    assert found.parameters_total == total  # 12.9M for 8 tasks; 40 are not printed
    gates = total - 11_195_240
    assert found.parameters_active == 11_195_240 + gates // len(outputs)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 0.9, 1.0])
def test_one_task_of_etr_uses_as_much_as_hard_sharing(gamma: float) -> None:
    found = counts("etr", gamma=gamma)
    assert found.parameters_active == 11_195_240  # 11.2M
    # One head of 5 outputs in the place of all 40.
    assert found.macs == 148_066_304 - 35 * 512
    assert found.macs_all_tasks == 8 * found.macs


def test_all_branches_of_etr_count_in_the_total() -> None:
    widths = [64, 64, 64, 64, 64, 128, 128, 128, 128, 256, 256, 256, 256, 512, 512, 512, 512]
    not_shared = {64: 7, 128: 13, 256: 26, 512: 52}
    specific = 9 * sum(c_in * not_shared[c_out] for c_in, c_out in itertools.pairwise(widths))
    assert counts("etr").parameters_total == 11_195_240 + 7 * specific
    assert counts("etr", gamma=1.0).parameters_total == 11_195_240
    assert counts("etr", gamma=0.0).parameters_total == 11_195_240 + 7 * 9 * 1_220_608


@pytest.mark.parametrize(
    ("outputs", "options", "total", "active"),
    [
        (GROUPS, {}, 10_739_816, 2_966_120),
        (SINGLE, {}, 46_276_712, 2_966_120),
        (GROUPS, {"specific_kernel": 1}, 2_842_728, 1_978_984),
        (SINGLE, {"specific_kernel": 1}, 6_791_272, 1_978_984),
        (GROUPS, {"width_multiplier": 2}, 42_504_744, 11_748_648),
        (GROUPS, {"width_multiplier": 2, "specific_kernel": 1}, 11_260_456, 7_843_112),
    ],
)
def test_etr_nlp_has_the_sizes_of_the_check_sheet(
    outputs: tuple[int, ...], options: dict[str, int], total: int, active: int
) -> None:
    found = counts("etr_nlp", outputs=outputs, **options)
    assert (found.parameters_total, found.parameters_active) == (total, active)


@pytest.mark.parametrize("method", ["gradnorm", "mgda_ub", "task_routing", "maximum_roaming"])
def test_weighing_and_routing_add_no_parameters(method: str) -> None:
    found = counts(method)
    assert found.parameters_total == found.parameters_active == 11_195_240


def test_single_task_learning_counts_one_network_as_active() -> None:
    found = counts("single_task")
    heads = 40 * 513
    assert found.parameters_active == 11_195_240
    assert found.parameters_total == 8 * (11_195_240 - heads) + heads
    assert found.macs == 148_066_304 - 35 * 512
    assert found.macs_all_tasks == 8 * found.macs


def test_counts_become_plain_json() -> None:
    assert Counts(1, 2, 7, 3, 4, (3, 5, 6)).as_json() == {
        "parameters_total": 1,
        "parameters_active": 2,
        "parameters_registered": 7,
        "macs": 3,
        "macs_all_tasks": 4,
        "macs_input": [3, 5, 6],
    }


@pytest.mark.parametrize("host", ["resnet18", "resnet_small", "vgg16"])
@pytest.mark.parametrize("method", ANY_HOST)
def test_logits_are_those_of_every_seed(method: str, host: str) -> None:
    built = network(method, host=host)
    images = torch.rand(2, 6, 32, 39)
    if "joint" in registry.describe(method).regimes:
        assert built(images, None).shape == (2, 2, 6)
    else:
        assert [built(images, task).shape[2] for task in range(3)] == [2, 1, 3]


@pytest.mark.parametrize("method", ANY_HOST)
def test_a_seed_starts_the_same_beside_any_others(method: str) -> None:
    together, alone = network(method).state_dict(), network(method, seeds=(11,)).state_dict()
    assert together.keys() == alone.keys()
    for name, tensor in together.items():
        assert torch.equal(tensor[1], alone[name][0]), name


@pytest.mark.parametrize("method", ["attentive", "task_routing", "maximum_roaming"])
def test_wrapped_units_start_from_hard_sharing_s_weights(method: str) -> None:
    """Every parameter of hard sharing is there under the wrapper's name, with the same values."""
    ours = network(method).state_dict()
    base = dict(network("hard_sharing").named_parameters())
    unwrapped = {name.replace(".unit.", "."): tensor for name, tensor in ours.items()}
    assert len(unwrapped) == len(ours)
    assert any(".unit." in name for name in ours)
    for name, parameter in base.items():
        assert torch.equal(unwrapped[name], parameter), name


@pytest.mark.parametrize("method", ANY_HOST)
def test_methods_start_the_same_where_name_and_shape_agree(method: str) -> None:
    ours, base = network(method).state_dict(), network("hard_sharing").state_dict()
    same = [name for name in ours if name in base and ours[name].shape == base[name].shape]
    assert {"heads.weight", "heads.bias"} <= set(same)
    for name in same:
        assert torch.equal(ours[name], base[name]), name


@pytest.mark.parametrize("method", ANY_HOST)
def test_the_printed_form_has_the_same_tensors(method: str) -> None:
    fast, plain = network(method).state_dict(), network(method, plain=True).state_dict()
    assert fast.keys() == plain.keys()
    for name, tensor in fast.items():
        assert torch.equal(tensor, plain[name]), name


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": {"host": "resnet81", "width": 8}}, r"model\.host: unknown host .*'resnet18'\?"),
        (
            {"method": {"name": "etr_nlpp", "options": {}}},
            r"unknown method 'etr_nlpp'.*'etr_nlp'\?",
        ),
        (
            {"regime": "steady_state"},
            r"regime: 'hard_sharing' trains under joint, found 'steady_state'",
        ),
        (
            {"method": {"name": "hard_sharing", "options": {"gamma": 1}}},
            r"method\.options: 'hard_sharing' takes \[\], found \['gamma'\]",
        ),
        (
            {"method": {"name": "etr", "options": {}}, "regime": "steady_state"},
            r"method\.options: 'etr' takes \['gamma'\], found \[\]",
        ),
        (
            {"method": {"name": "etr", "options": {"gamma": 0.9}}},
            r"regime: 'etr' trains under steady_state or synchronized, found 'joint'",
        ),
    ],
)
def test_what_cannot_be_built_is_refused(changes: dict[str, Any], message: str) -> None:
    spec = TrainingSpec.parse(make_spec("hard_sharing") | changes)
    with pytest.raises(MtlError, match=message):
        build(spec, (0,), OUTPUTS, (32, 32))
