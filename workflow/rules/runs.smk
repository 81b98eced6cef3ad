def run_inputs(wildcards):
    """The prepared data, until the unit is trained; and what makes a unit with lost records stale.

    The record of a unit is written last, so it only outlives those of its seeds when somebody
    deletes these. Snakemake sees the former alone.
    """
    unit = UNITS[f"{wildcards.dataset}/{wildcards.method}/{wildcards.fp}"]
    done = unit.is_done(PROJECT.root)
    inputs = need(done, unit.data.record)
    if not done and unit.record.exists():
        inputs.append(guard(str(unit.record), "a seed's record is missing"))
    return inputs


rule train:
    """Train one configuration with the seeds that train together."""
    input:
        run_inputs,
    output:
        "results/runs/{dataset}/{method}/{fp}/unit.json",
    log:
        "results/logs/train/{dataset}/{method}/{fp}.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=720,
    shell:
        "{PYTHON} -m mtl train {wildcards.dataset}/{wildcards.method}/{wildcards.fp}"
        " --scale {SCALE} > {log} 2>&1"


rule restore:
    """Bring a known unit back from the DVC remote instead of training it again."""
    output:
        "results/runs/{unit}/unit.json",
    log:
        "results/logs/restore/{unit}.log",
    wildcard_constraints:
        unit=alternatives(RESTORABLE),
    conda:
        "../../environment.yml"
    shell:
        "{PYTHON} -m mtl restore {wildcards.unit} > {log} 2>&1"


ruleorder: restore > train


localrules:
    restore,
