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
        "mtl train {wildcards.dataset}/{wildcards.method}/{wildcards.fp} > {log} 2>&1"


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
        "mtl restore {wildcards.unit} > {log} 2>&1"


ruleorder: restore > train


localrules:
    restore,
