rule table:
    """Make a table as LaTeX, PDF, HTML and CSV."""
    input:
        product_inputs("table"),
    output:
        stamp=f"{PROJECT.products}/tables/{{paper}}/{{name}}.json",
        page=report(
            f"{PROJECT.products}/tables/{{paper}}/{{name}}.html",
            caption="../report/table.rst",
            category="Tables",
            labels={"paper": "{paper}", "table": "{name}"},
        ),
    log:
        f"results/logs/tables/{SCALE}/{{paper}}/{{name}}.log",
    conda:
        "../../environment.yml"
    params:
        fingerprint=fingerprint("table"),
    shell:
        "mtl table {wildcards.paper} {wildcards.name} --expect {params.fingerprint} > {log} 2>&1"


rule figure:
    """Draw a figure as PDF and PNG, with its numbers as CSV."""
    input:
        product_inputs("figure"),
    output:
        stamp=f"{PROJECT.products}/figures/{{paper}}/{{name}}.json",
        image=report(
            f"{PROJECT.products}/figures/{{paper}}/{{name}}.png",
            caption="../report/figure.rst",
            category="Figures",
            labels={"paper": "{paper}", "figure": "{name}"},
        ),
    log:
        f"results/logs/figures/{SCALE}/{{paper}}/{{name}}.log",
    conda:
        "../../environment.yml"
    params:
        fingerprint=fingerprint("figure"),
    shell:
        "mtl figure {wildcards.paper} {wildcards.name} --expect {params.fingerprint} > {log} 2>&1"


rule evidence:
    """Audit the printed numbers, judge the claims, or compare our tables with the printed ones."""
    input:
        lambda wildcards: product_inputs(wildcards.kind)(wildcards),
    output:
        f"{PROJECT.products}/{{kind}}/{{kind}}.json",
    log:
        f"results/logs/{{kind}}/{SCALE}.log",
    wildcard_constraints:
        kind="audit|claims|agreement",
    conda:
        "../../environment.yml"
    params:
        fingerprint=lambda wildcards: fingerprint(wildcards.kind)(wildcards),
    shell:
        "mtl {wildcards.kind} --write --expect {params.fingerprint} > {log} 2>&1"


rule report:
    """Make the page with all tables and figures."""
    input:
        product_inputs("report"),
    output:
        f"{PROJECT.products}/report/index.json",
    log:
        f"results/logs/report/{SCALE}.log",
    conda:
        "../../environment.yml"
    params:
        fingerprint=fingerprint("report"),
    shell:
        "mtl report --expect {params.fingerprint} > {log} 2>&1"


rule summary:
    """Write the numbers of every table, for `dvc metrics`."""
    input:
        product_inputs("summary"),
    output:
        f"{PROJECT.products}/summary.json",
    log:
        f"results/logs/summary/{SCALE}.log",
    conda:
        "../../environment.yml"
    params:
        fingerprint=fingerprint("summary"),
    shell:
        "mtl summary --expect {params.fingerprint} > {log} 2>&1"


rule drift:
    """Compare the runs with the reference numbers; asked for by name, never part of `all`."""
    input:
        lambda wildcards: [
            path
            for unit in UNITS.values()
            for path in need(unit.is_done(PROJECT.root), unit.record)
        ],
    log:
        f"results/logs/drift/{SCALE}.log",
    conda:
        "../../environment.yml"
    shell:
        "mtl drift 2>&1 | tee {log}"


localrules:
    table,
    figure,
    evidence,
    report,
    summary,
    drift,
