rule train:
    """Train one configuration with the seeds that train together."""
    input:
        run_inputs,
    output:
        "results/runs/{dataset}/{method}/{fp}/unit.json",
    log:
        "results/logs/train/{dataset}/{method}/{fp}.log",
    priority: work
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=720,
    shell:
        "mtl train {wildcards.dataset}/{wildcards.method}/{wildcards.fp} > {log} 2>&1"


# Only while there is something to restore: a rule needs an output.
if RESTORABLE:

    rule restore:
        """Bring known units back from the DVC remote instead of training them again.

        All at once, since the records are small and DVC takes seconds to start.
        """
        input:
            lost_records(RESTORABLE),
        output:
            [str(unit.record) for unit in RESTORABLE],
        log:
            f"results/logs/restore/{SCALE}.log",
        conda:
            "../../environment.yml"
        shell:
            "mtl restore > {log} 2>&1"

    ruleorder: restore > train

    localrules:
        restore,
