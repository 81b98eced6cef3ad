"""An exact caster of simple scenes: upright solids on a ground, seen by a level camera.

Solids are walls, boxes and cylinders with vertical sides, between two heights. For a camera without
pitch and roll their sides have one distance in each image column, and their tops and undersides one
in each row, so that whole columns are computed at once; what is nearest at a pixel is decided by
its inverse depth, which is exact for every arrangement of solids, one upon or under another too.

Lengths are metres. In plan, x points right and z forward from the camera; heights are above the
ground. Normals have the axes (right, down, forward) and point to the camera. The pitch of a real
camera is imitated by its principal point, which is exact for a shifted lens.

Known limits: no slanted faces, no pitch or roll, nothing nearer than `faces.NEAR`.
"""
