"""The training of one configuration: all its seeds together, resumable, deterministic."""
