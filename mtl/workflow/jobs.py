"""The jobs that make the things with a fingerprint in their path: twins, prepared data, runs.

Each checks itself: it refuses to store a result under a fingerprint that no longer describes the
working tree, be it changed since it was planned or while the job was running.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Sequence
from typing import TypeVar

from mtl.config import Prepared, Project, RunUnit, Twin
from mtl.config.datasets import manifest_path
from mtl.data import registry
from mtl.errors import MtlError
from mtl.io import atomic_directory, read_json
from mtl.workflow import failures
from mtl.workflow.retrain import starting_weights

Reload = Callable[[], Project]
Made = TypeVar("Made", Twin, Prepared)


def planned(
    what: str, variants: Sequence[Made], expect: str | None, while_running: bool = False
) -> list[Made]:
    """The variants to make: that with the fingerprint that was planned, or all of them.

    Args:
        what: names the product.
        variants: those that the working tree implies.
        expect: the fingerprint that was asked for; any if None.
        while_running: whether the job has already done its work.

    Raises:
        MtlError: when the working tree implies none with that fingerprint.
    """
    chosen = [variant for variant in variants if expect in (None, variant.fingerprint)]
    if chosen:
        return chosen
    when = "while it was made" if while_running else "since it was planned"
    now = ", ".join(variant.fingerprint for variant in variants)
    raise MtlError(
        f"{what}: planned as {expect}, but the working tree now gives {now}: code, configuration "
        f"or data changed {when}. Nothing was stored; run snakemake again"
    )


def _twins(project: Project, dataset: str) -> list[Twin]:
    """The variants of a dataset's twin that the scale needs."""
    found = [data.twin for data in project.variants(dataset) if data.twin is not None]
    twins = list({twin.fingerprint: twin for twin in found}.values())
    if not twins:
        raise MtlError(
            f"scale '{project.scale.name}' uses real data for '{dataset}'; there is no twin to make"
        )
    return twins


def make_twin(
    project: Project, dataset: str, expect: str | None = None, reload: Reload | None = None
) -> list[Twin]:
    """Generate the raw files of a dataset's synthetic twin.

    Args:
        project: at the scale to make them for.
        dataset: the registry name.
        expect: the fingerprint of the one variant to make; every one that the scale needs if None.
        reload: reads the project again, to see what was edited meanwhile.

    Returns:
        What was made.

    Raises:
        MtlError: when the scale uses real data, the working tree has changed, or writing fails.
    """
    what = f"twin {registry.describe(dataset).twin_name}"
    twins = planned(what, _twins(project, dataset), expect)
    for twin in twins:
        with atomic_directory(project.root / twin.path) as folder:
            registry.load_twin(dataset).generate(twin.config, folder)
            if reload is not None:
                planned(what, _twins(reload(), dataset), twin.fingerprint, while_running=True)
    return twins


def prepare(
    project: Project, dataset: str, expect: str | None = None, reload: Reload | None = None
) -> list[Prepared]:
    """Prepare a dataset from its raw files; the arguments are those of `make_twin`.

    Returns:
        What was made.

    Raises:
        MtlError: when the raw files are absent, differ from their manifest or are damaged, the
            working tree has changed, or writing fails.
    """
    variants = planned(f"prepared data of {dataset}", project.variants(dataset), expect)
    for data in variants:
        _prepare(project, data, reload)
    return variants


def _prepare(project: Project, data: Prepared, reload: Reload | None) -> None:
    dataset = data.dataset
    _check_raw(project, data)
    with atomic_directory(project.root / data.path) as folder:
        registry.load(dataset).prepare(
            root=project.root / data.root if data.root else None,
            config=data.config,
            out=folder,
            identity=data.identity,
            fingerprint=data.fingerprint,
            source=data.source,
            source_label=data.source_label,
        )
        if reload is not None:
            variants = reload().variants(dataset)
            what = f"prepared data of {dataset}"
            planned(what, variants, data.fingerprint, while_running=True)


def _check_raw(project: Project, data: Prepared) -> None:
    """Refuse raw files that are absent or are not those that the fingerprint was made from."""
    if data.root is None:
        return
    if not (project.root / data.root).is_dir():
        hint = (
            f"make them with `python -m mtl twin {data.dataset}`"
            if data.twin
            else f"obtain them from {registry.describe(data.dataset).url}"
        )
        raise MtlError(f"{data.root}: the raw files of '{data.dataset}' do not exist; {hint}")
    if data.twin is None:
        path = manifest_path(data.dataset)
        known = read_json(project.root / path, "manifest of the real data")
        found = registry.load(data.dataset).raw_manifest(project.root / data.root)
        differing = sorted(key for key in {*known, *found} if known.get(key) != found.get(key))
        if differing:
            raise MtlError(
                f"{data.root}: the raw files are not those of {path} (differing: "
                f"{', '.join(differing)}); if they should be, make the manifest again with "
                f"`python -m mtl manifest {data.dataset} --root {data.root}`"
            )


def train(
    project: Project, unit: RunUnit, device: str = "auto", reload: Reload | None = None
) -> None:
    """Train a unit and store its records and checkpoints, or leave a note why it failed.

    An interrupted training leaves no note: it goes on from its resumable state next time.

    Raises:
        MtlError: when the prepared data are absent, the training fails, the working tree has
            changed, or writing fails.
    """
    from mtl.training.run import train_unit

    store = project.root / unit.data.path
    if not (project.root / unit.data.record).is_file():
        raise MtlError(
            f"{unit.data.path}: the prepared data do not exist; make them with "
            f"`python -m mtl prepare {unit.dataset}`"
        )
    try:
        with (
            atomic_directory(project.root / unit.path) as records,
            atomic_directory(project.root / unit.checkpoints) as checkpoints,
            starting_weights(project, unit, device) as start,
        ):
            train_unit(
                unit.spec,
                unit.seeds,
                store,
                records,
                checkpoints,
                project.root / unit.resume,
                unit.identity,
                unit.fingerprint,
                start=start,
                device=device,
            )
            if reload is not None:
                _check_still_planned(reload(), unit)
    except Exception as error:
        with contextlib.suppress(MtlError):  # on a full disk, say what could not be written first
            failures.write(project.root, unit, error)
        raise
    failures.clear(project.root, unit)
    shutil.rmtree(project.root / unit.resume, ignore_errors=True)


def _check_still_planned(project: Project, unit: RunUnit) -> None:
    if unit.fingerprint not in {now.fingerprint for now in project.units()}:
        raise MtlError(
            f"run {unit.name}: code, configuration or data changed while it was trained. "
            "Nothing was stored; run snakemake again"
        )
