"""Speed of the engine against plain implementations of the same; run by hand."""
