"""Which columns of the attribute file of the twin `faces_probe` hold the teachers' labels.

The file keeps CelebA's 40 names, so that CelebA's reader takes it; what is in the twelve columns
here has nothing to do with their names. The other 28 are written as absent.
"""

from __future__ import annotations

from mtl.data.layouts.celeba import ATTRIBUTES

TASKS = 4
TEACHERS_PER_TASK = 3
TEACHERS = TASKS * TEACHERS_PER_TASK

COLUMNS = ATTRIBUTES[:TEACHERS]
"""Column t belongs to teacher t, and three neighbours make a task."""
