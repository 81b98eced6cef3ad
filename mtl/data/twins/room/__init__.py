"""Toy rooms: what stands in them, how it looks, and what a depth sensor sees of them."""
