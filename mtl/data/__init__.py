"""Data sets: readers of their official layouts, synthetic twins, and the prepared store."""
