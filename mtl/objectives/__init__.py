"""Objectives: one file a kind of task, its loss and the counts that its metrics come from."""
