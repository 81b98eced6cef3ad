import os
import re
import shlex
import sys
from pathlib import Path

sys.path.insert(0, str(workflow.basedir))

from snakemake.exceptions import WorkflowError
from snakemake.settings.types import RerunTrigger

from mtl.config import load_project, products
from mtl.errors import MtlError, unknown
from mtl.provenance.guard import guard
from mtl.workflow import lock, store, warm

# The whole graph, for --report, --rulegraph and --summary.
WHOLE_GRAPH = bool(os.environ.get("MTL_FULL_DAG"))

try:
    for key in config:
        if key not in ("scale", "restore"):
            raise unknown("key", key, ("scale", "restore"), "--config")
    PROJECT = load_project(".", config.get("scale"))
    PRODUCTS = products.products(PROJECT)
    KNOWN = store.restorable(PROJECT)
except MtlError as error:
    raise WorkflowError(str(error)) from None

if workflow.is_main_process and not workflow.dryrun:
    _, UNLOCKED = lock.hold()
    if UNLOCKED:
        logger.info("The last Snakemake here was killed; its lock is removed.")

PROJECT.code.remember()
SCALE = PROJECT.scale.name
# `mtl` in the rules: by the interpreter that runs Snakemake, as the one on the search path may be
# another, and at the scale of this workflow.
shell.prefix(
    f"set -euo pipefail; export MTL_SCALE={SCALE}; "
    f'mtl() ( exec {shlex.quote(sys.executable)} -m mtl "$@" ); '
)
UNITS = {unit.name: unit for unit in PROJECT.units()}
DATA = {(data.dataset, data.fingerprint): data for data in PROJECT.all_prepared()}
TWINS = {data.twin.name: data.dataset for data in DATA.values() if data.twin}
PUBLISHED = {
    (product.kind, product.paper, product.name): product for product in PRODUCTS
}

# Runs that git says DVC has, but that are not on disk: bring them back rather than train them.
# Where the remote cannot be reached, `--config restore=false` trains them instead.
RESTORE = str(config.get("restore", True)).lower() not in ("false", "no", "0")
RESTORABLE = KNOWN if RESTORE else []


def need(done, *paths):
    """The inputs of a product, or none once it is finished.

    A finished product is then never made again, whatever the modification times say and whichever
    of its inputs is absent. (`ancient()` gives neither: Snakemake reruns every consumer of a file
    that it has to make again, and skips a stale consumer of an ancient input that is being made.)

    Staleness is decided by the fingerprints in the paths and in the stamps. So Snakemake's own
    triggers for code, parameters and inputs are switched off here, whatever profile is used: they
    would retrain on cosmetic edits, and only in clones that hold .snakemake metadata.
    """
    workflow.dag_settings.rerun_triggers = {RerunTrigger.MTIME}
    paths = [str(path) for path in paths]
    if WHOLE_GRAPH:
        return [ancient(path) for path in paths if not done or os.path.exists(path)]
    return [] if done else paths


def alternatives(names):
    """A pattern for a wildcard that is one of these names."""
    return "|".join(map(re.escape, sorted(names))) or "none"


def lost_records(units):
    """What makes units stale whose own record is there, but not all of those of their seeds.

    The record of a unit is written last, so this is only so after somebody has deleted some.
    Snakemake looks for the former alone.
    """
    return [
        guard(str(unit.record), "a seed's record is missing")
        for unit in units
        if unit.record.exists() and not unit.is_done(PROJECT.root)
    ]


def raw_inputs(wildcards):
    """The raw files of the twin, until the data are prepared; real ones are the user's."""
    data = DATA.get((wildcards.dataset, wildcards.fp))
    twin = (
        data.twin if data else None
    )  # the job refuses a fingerprint that is not planned
    return need(os.path.exists(data.record), twin.record) if twin else []


def run_inputs(wildcards):
    """The prepared data and the runs that it starts from, until the unit is trained."""
    unit = UNITS[f"{wildcards.dataset}/{wildcards.method}/{wildcards.fp}"]
    done = unit.is_done(PROJECT.root)
    start = [unit.start.record] if unit.start else []
    return need(done, unit.data.record, *start) + lost_records([unit])


def work(wildcards):
    """How long a unit trains, roughly: the longest start first."""
    return UNITS[f"{wildcards.dataset}/{wildcards.method}/{wildcards.fp}"].work


def product(kind, wildcards=None):
    """The product that a rule makes."""
    if kind in ("table", "figure"):
        key = (kind, wildcards.paper, wildcards.name)
        if key not in PUBLISHED:
            names = [
                name for known, paper, name in PUBLISHED if (known, paper) == key[:2]
            ]
            raise unknown(kind, wildcards.name, names, f"paper {wildcards.paper}")
        return PUBLISHED[key]
    return PUBLISHED[kind, None, kind]


def product_inputs(kind):
    """A function that gives the runs of a product while it is stale, and its guard."""

    def inputs(wildcards):
        made = product(kind, wildcards)
        reason = made.staleness(PROJECT.root)
        runs = need(reason is None, *(unit.record for unit in made.units))
        return [*runs, guard(str(made.stamp), reason)]

    return inputs


def fingerprint(kind):
    """A function that gives the fingerprint that a product is planned with."""
    return lambda wildcards: product(kind, wildcards).fingerprint


wildcard_constraints:
    fp="[0-9a-f]{12}",
    dataset=alternatives(PROJECT.scale.datasets),
    twin=alternatives(TWINS),
    paper=alternatives(PROJECT.papers),
