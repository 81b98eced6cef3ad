# Everything from raw data to tables. `snakemake` makes what is missing or stale; `snakemake -n`
# shows it. Choose a size with `snakemake --config scale=quick` (else $MTL_SCALE, else mini).
from snakemake.utils import min_version

min_version("9.27")


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/runs.smk"
include: "workflow/rules/products.smk"


rule all:
    default_target: True
    input:
        [product.stamp for product in PRODUCTS],


# Trainings on this machine are forked from a process that has imported torch once.
onstart:
    restored = {unit.name for unit in RESTORABLE}
    untrained = [
        name
        for name, unit in UNITS.items()
        if name not in restored and not unit.is_done(PROJECT.root)
    ]
    if workflow.local_exec and len(untrained) > 1:
        warm.start()


# What could be trained is shown also when something failed: tables with the reasons in the cells
# that lack a run. They stay stale, so that the next call completes them.
onerror:
    shell("mtl render --incomplete")
