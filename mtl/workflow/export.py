"""Writes the pruned network of a stored run to a file that runs without the project."""

from __future__ import annotations

from pathlib import Path

from mtl.config import Project, RunUnit
from mtl.errors import MtlError, unknown
from mtl.workflow.retrain import prepared_data, trained_weights


def export_run(
    project: Project, unit: RunUnit, seed: int | None, path: Path, device: str = "auto"
) -> None:
    """Write the network that a seed of a unit has trained, without its gates.

    Args:
        project: the working tree at a scale.
        unit: of a method with gates; its weights are trained again where they are not stored.
        seed: one of the unit's; the first if None.
        path: of the file, whose ending chooses the format (`mtl.pruning.export`).
        device: on which weights are trained again.

    Raises:
        MtlError: for a method without gates, another seed or ending, without the unit's records or
            prepared data, or when its weights cannot be had as they were.
    """
    from safetensors.torch import load_file

    from mtl.data.store import open_store
    from mtl.objectives import registry as objectives
    from mtl.pruning.export import check_format, export
    from mtl.pruning.prune import has_gates, prune
    from mtl.training.network import build
    from mtl.training.spec import TrainingSpec

    check_format(path)
    seed = unit.seeds[0] if seed is None else seed
    if seed not in unit.seeds:
        raise unknown("seed", seed, map(str, unit.seeds), unit.name)
    spec, store = TrainingSpec.parse(unit.spec), open_store(prepared_data(project, unit))
    outputs = objectives.build(spec.tasks, store.columns, store.classes).outputs
    size = (store.height, store.width)
    network, _ = build(spec, (seed,), outputs, size)
    if not has_gates(network):
        raise MtlError(
            f"{unit.name}: expected runs of a method with gates to prune (interrogate), found "
            f"'{unit.method}'"
        )
    with trained_weights(project, unit, "the export needs", device) as weights:
        state = load_file(weights[unit.seeds.index(seed)])
    network.load_state_dict({name: tensor[None] for name, tensor in state.items()})
    export(prune(network, 0), size, path)
