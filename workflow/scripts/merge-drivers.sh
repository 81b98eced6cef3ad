#!/bin/sh
# Set up the merge drivers of .gitattributes in this clone:
#   dvc         merges results/runs.dvc by the runs that either branch added
#   regenerate  keeps our version of a rendered file; the next `snakemake` makes it anew
set -eu
git config merge.dvc.name "DVC merge driver"
git config merge.dvc.driver "dvc git-hook merge-driver --ancestor %O --our %A --their %B"
git config merge.regenerate.name "keep ours, snakemake makes it anew"
git config merge.regenerate.driver true
