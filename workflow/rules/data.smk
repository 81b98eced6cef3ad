rule twin:
    """Generate the raw files of a synthetic twin, in the official layout of its dataset."""
    output:
        "data/raw/twins/{twin}/{fp}/TWIN.json",
    log:
        "results/logs/twin/{twin}/{fp}.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        dataset=lambda wildcards: TWINS[wildcards.twin],
    shell:
        "mtl twin {params.dataset} --expect {wildcards.fp} > {log} 2>&1"


rule prepare:
    """Prepare a dataset from its raw files."""
    input:
        raw_inputs,
    output:
        "data/prepared/{dataset}/{fp}/store.json",
    log:
        "results/logs/prepare/{dataset}/{fp}.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=240,
    shell:
        "mtl prepare {wildcards.dataset} --expect {wildcards.fp} > {log} 2>&1"
