"""Synthetic twins: generators that write a data set's official raw layout without its data."""
