"""Which statements of a paper its printed numbers, and our runs, support."""
