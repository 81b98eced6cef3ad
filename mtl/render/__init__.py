"""Tables, figures and the page, made from aggregates.

Nothing is imported here: tables need jinja2, figures need matplotlib, and neither needs the other.
"""
