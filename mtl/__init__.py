"""The tables and figures of two multi-task-learning papers, regenerated from raw data."""

__version__ = "0.1.0"
