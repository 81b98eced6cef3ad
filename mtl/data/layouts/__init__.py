"""Readers of the data sets' official files, one module a layout family."""
