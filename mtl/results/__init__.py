"""Records of runs, their statistics, the aggregates of tables, and the checks upon them.

Nothing is imported here: training imports `mtl.results.seal` alone.
"""
