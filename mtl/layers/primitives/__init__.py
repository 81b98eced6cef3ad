"""Non-learnable primitives, one a file, and the layer that recombines them."""
