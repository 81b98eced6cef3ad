"""Layers that train several networks at once: the building blocks of every model and method."""
