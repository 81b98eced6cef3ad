"""What a run can tell of its training beside its metrics; nothing of it changes the training."""
