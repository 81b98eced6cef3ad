"""Figures in print: one module for each kind, and what they share."""
