"""The engine against plain implementations, in CPU seconds of one thread, as a markdown table.

    python benchmarks/engine.py [--quick]

Both sides of a comparison are timed in turn in the same run, and their medians compared.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from benchmarks.task import (
    Size,
    dense_specification,
    make_dense_store,
    make_store,
    seeds,
    specification,
)
from mtl.data.store import Store
from mtl.layers.primitives.layer import PrimitivesConv2d
from mtl.layers.replicas import Replicas, initialise
from mtl.training.platform import make_deterministic
from mtl.training.regimes import UPDATE_RULES
from mtl.training.spec import TrainingSpec
from mtl.training.trainer import Trainer

REPOSITORY = Path(__file__).parents[1]
QUICK = Size(train=128, epochs=1, runs=1, repeats=3, seconds=0.0)
Action = Callable[[], object]


@dataclass(frozen=True)
class Comparison:
    """Two ways to the same, and what they cost.

    Attributes:
        what: is done.
        baseline: the other way.
        baseline_s, ours_s: median CPU seconds.
        demand: the least ratio asked of the engine, if one is.
    """

    what: str
    baseline: str
    baseline_s: float
    ours_s: float
    demand: str = ""

    @property
    def ratio(self) -> float:
        """How many times cheaper ours is."""
        return self.baseline_s / self.ours_s


def interleave(
    baseline: Action, ours: Action, repeats: int, clock: Callable[[], float]
) -> tuple[float, float]:
    """Median cost of each, taken in turn, so that both see the same state of the machine."""
    costs: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeats):
        for action, cost in zip((baseline, ours), costs, strict=True):
            started = clock()
            action()
            cost.append(clock() - started)
    return statistics.median(costs[0]), statistics.median(costs[1])


def compare(
    size: Size, what: str, baseline: str, theirs: Action, ours: Action, demand: str = ""
) -> Comparison:
    """Compare two actions in this process, each repeated to last long enough for the clock."""
    theirs()
    started = time.process_time()
    ours()
    steps = max(1, round(size.seconds / max(time.process_time() - started, 1e-6)))

    def repeated(action: Action) -> Action:
        return lambda: [action() for _ in range(steps)]

    costs = interleave(repeated(theirs), repeated(ours), size.repeats, time.process_time)
    return Comparison(what, baseline, costs[0] / steps, costs[1] / steps, demand)


def stepper(
    store: Store, size: Size, method: str, group: list[int], plain: bool = False, **options: object
) -> Action:
    """One training step of some seeds together.

    Args:
        store: the images.
        size: of everything.
        method: and `options` as in `specification`.
        group: the seeds.
        plain: with the layers as the papers print them.
    """
    spec = TrainingSpec.parse(specification(size, method, **options))  # type: ignore[arg-type]
    return _step_of(Trainer(spec, group, store, torch.device("cpu"), plain=plain), size)


def _step_of(trainer: Trainer, size: Size) -> Action:
    update, group = UPDATE_RULES[trainer.spec.regime], trainer.seeds
    images_of_all = len(trainer.train_images)
    indices = torch.arange(len(group) * size.batch).view(len(group), -1) % images_of_all

    def step() -> None:
        images, labels = trainer.train_images.gather(indices)
        targets = trainer.objective.targets(labels)
        update(
            trainer.network, trainer.method, trainer.objective, trainer.adam, images, targets, False
        )

    return step


def one_after_another(
    store: Store, size: Size, method: str, plain: bool = False, **options: object
) -> Action:
    """One training step of each seed by itself."""
    steps = [stepper(store, size, method, [seed], plain, **options) for seed in seeds(size)]
    return lambda: [step() for step in steps]


def end_to_end(store: Store, size: Size, folder: Path) -> Iterator[Comparison]:
    """A configuration with all seeds, from the start of the first process to the last file."""
    spec = folder / "spec.json"
    spec.write_text(json.dumps(specification(size, "hard_sharing")), encoding="utf-8")
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(REPOSITORY)}

    def run(module: str, number: int) -> None:
        out = Path(tempfile.mkdtemp(dir=folder))
        subprocess.run(
            [sys.executable, "-m", module, str(store.directory), str(spec), str(number), str(out)],
            cwd=REPOSITORY,
            env=environment,
            check=True,
            capture_output=True,
        )

    def children() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    costs = interleave(
        lambda: [run("benchmarks.plain", seed) for seed in seeds(size)],
        lambda: run("benchmarks.together", size.seeds),
        size.runs,
        children,
    )
    yield Comparison(
        f"{size.seeds} seeds, end to end: hard sharing, 8 tasks",
        "a process a seed: DataLoader, torch.optim.Adam, ordinary ResNet18",
        *costs,
        ">= 8",
    )


def seeds_together(store: Store, size: Size) -> Iterator[Comparison]:
    """A step of all seeds together against one seed after another."""
    cases: list[tuple[str, str, dict[str, object], bool, str]] = [
        ("hard sharing", "hard_sharing", {}, False, ">= 2.5"),
        ("hard sharing, VGG16", "hard_sharing", {"host": "vgg16"}, False, ">= 1.2"),
        ("NLP", "nlp", {}, True, ">= 2.8"),
        ("ETR, steady state", "etr", {}, True, ">= 2.5"),
        ("ETR, synchronized", "etr", {"regime": "synchronized"}, True, ">= 4.5"),
        ("task routing", "task_routing", {}, True, ""),
        ("attentive", "attentive", {}, True, ""),
        ("ETR-NLP", "etr_nlp", {}, True, ""),
    ]
    for label, method, options, has_plain, demand in cases:
        what = f"step of {size.seeds} seeds together: {label}"
        ours = stepper(store, size, method, list(seeds(size)), **options)
        for plain in (False, True)[: 1 + has_plain]:
            layers = "layers as printed" if plain else "same layers"
            yield compare(
                size,
                what,
                f"one seed after another, {layers}",
                one_after_another(store, size, method, plain, **options),
                ours,
                demand if plain == has_plain else "",
            )


def fast_layers(store: Store, size: Size) -> Iterator[Comparison]:
    """The fast forms of the layers against the forms that the papers print."""
    text = "avg9+conv3+perturb0.1"
    for factor, side in ((1, 16), (2, 8), (4, 4), (8, 2)):
        channels = size.width * factor
        steps = []
        for plain in (True, False):
            layer = PrimitivesConv2d(
                Replicas(size.seeds), channels, channels, (side, side), 1, text, plain
            )
            initialise(layer, seeds(size))
            steps.append(_layer_step(layer, size, (size.seeds * channels, side, side)))
        what = f"layer of primitives alone, {size.seeds} x {channels} channels, {side} x {side}"
        yield compare(size, what, "layer as printed", *steps, ">= 4")
    for label, method in (("NLP", "nlp"), ("ETR", "etr"), ("ETR-NLP", "etr_nlp")):
        yield compare(
            size,
            f"step of {size.seeds} seeds with fast layers: {label}",
            f"{size.seeds} seeds together, layers as printed",
            stepper(store, size, method, list(seeds(size)), plain=True),
            stepper(store, size, method, list(seeds(size))),
        )


def _layer_step(layer: nn.Module, size: Size, shape: tuple[int, int, int]) -> Action:
    x = torch.randn(size.batch, *shape, requires_grad=True)
    gradient = torch.randn_like(x)

    def step() -> None:
        x.grad = None
        layer(x).backward(gradient)

    return step


def weighing_the_tasks(store: Store, size: Size) -> Iterator[Comparison]:
    """What the methods that weigh tasks cost beside hard sharing; below 1 is dearer."""
    methods = {"GradNorm": "gradnorm", "MGDA-UB": "mgda_ub", "PCGrad": "pcgrad", "CAGrad": "cagrad"}
    for n_tasks, demand in ((8, ">= 0.16"), (40, "")):
        ours = stepper(store, size, "hard_sharing", list(seeds(size)), n_tasks=n_tasks)
        for label, method in methods.items():
            theirs = stepper(store, size, method, list(seeds(size)), n_tasks=n_tasks)
            what = f"step of {size.seeds} seeds, {n_tasks} tasks: {label}"
            yield compare(size, what, "hard sharing", ours, theirs, demand)


def tasks_together(store: Store, size: Size) -> Iterator[Comparison]:
    """A synchronized step of a dense host: the tasks' passes as one, and one after another."""
    methods = {
        "ETR": "etr",
        "ETR-NLP": "etr_nlp",
        "task routing": "task_routing",
        "attentive": "attentive",
    }
    for batch in sorted({min(4, size.batch), size.batch}):
        smaller = dataclasses.replace(size, batch=batch)
        for label, method in methods.items():
            steps = []
            for together in (False, True):
                spec = TrainingSpec.parse(dense_specification(smaller, method))
                trainer = Trainer(spec, list(seeds(smaller)), store, torch.device("cpu"))
                trainer.network.trunk.tasks_together = together
                steps.append(_step_of(trainer, smaller))
            what = f"SegNet, {size.seeds} seeds, 8 tasks' passes as one, batch {batch}: {label}"
            yield compare(smaller, what, "one task after another", *steps)


def optimiser(store: Store, size: Size) -> Iterator[Comparison]:
    """A step of Adam alone, on all seeds' parameters."""
    spec = TrainingSpec.parse(specification(size, "hard_sharing"))
    actions: list[Action] = []
    for flat in (False, True):
        trainer = Trainer(spec, list(seeds(size)), store, torch.device("cpu"))
        parameters = list(trainer.network.parameters())
        for parameter in parameters:
            torch.nn.init.normal_(parameter.grad)
        adam = trainer.adam if flat else torch.optim.Adam(parameters, lr=spec.learning_rate)
        actions.append(adam.step)
    yield compare(size, f"step of Adam, {size.seeds} ResNet18s", "torch.optim.Adam", *actions)


def measure(size: Size, folder: Path) -> Iterator[Comparison]:
    """All comparisons, one after another."""
    store = make_store(folder / "store", size)
    yield from end_to_end(store, size, folder)
    for part in (seeds_together, fast_layers, weighing_the_tasks, optimiser):
        yield from part(store, size)
    yield from tasks_together(make_dense_store(folder / "dense", size), size)


def row(comparison: Comparison) -> str:
    """A line of the table."""
    times = (comparison.baseline_s, comparison.ours_s)
    baseline_s, ours_s = (f"{x:.1f} s" if x >= 1 else f"{1000 * x:.3g} ms" for x in times)
    return (
        f"| {comparison.what} | {comparison.baseline} | {baseline_s} | {ours_s} "
        f"| {comparison.ratio:.2f} | {comparison.demand} |"
    )


def header(size: Size) -> list[str]:
    """What was measured and where, and the table's head."""
    return [
        f"CPU time in one thread, medians of {size.runs} (end to end) and {size.repeats} runs "
        f"taken in turn; {platform.machine()} with {torch.backends.cpu.get_cpu_capability()}, "
        f"{os.cpu_count()} cores, torch {torch.__version__}. "
        f"ResNet18 of width {size.width}, images {size.side} x {size.side}, batch {size.batch}, "
        f"8 tasks where nothing else is said; SegNet's images are twice as wide.",
        "",
        "| what | baseline | baseline's time | time | ratio | demand |",
        "|---|---|---|---|---|---|",
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter repeats")
    size = QUICK if parser.parse_args().quick else Size()
    make_deterministic()
    with tempfile.TemporaryDirectory() as folder:
        print("\n".join(header(size)), flush=True)
        for comparison in measure(size, Path(folder)):
            print(row(comparison), flush=True)


if __name__ == "__main__":
    main()
