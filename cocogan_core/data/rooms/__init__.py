"""Procedural rooms: furnished, ray traced on OpenGL, each made by a few dozen named numbers.

- ``spec``: what a data set of rooms is; ``generate``: fills folders with them; ``skybox``: in Matterport3D's layout.
- ``parameters``: the numbers and their names; ``scene`` and ``primitives``: the room that they make.
- ``renderer``: its picture.
"""
