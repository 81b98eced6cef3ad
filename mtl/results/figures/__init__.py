"""What the figures show, in numbers: one module for each kind of figure, named after it."""
