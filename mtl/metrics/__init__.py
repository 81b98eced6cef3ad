"""Metrics: arithmetic on counts, and the derived columns of a table (delta, mean rank).

Nothing is imported here: training imports `mtl.metrics.classification` alone.
"""
