"""Toy streets: what stands in them, how it looks, and what a stereo camera measures of them."""
