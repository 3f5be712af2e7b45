"""The family of furnished rooms, in which plans differ: every wall has a role that numbers decide.

- ``numbers``: their names, and what a quarter turn and a mirroring do to them; ``plan``: who stands where.
- ``frame``, ``slot``, ``palette``: places and colours; ``seating``, ``tables``, ``storage``, ``small``, ``hanging``,
  ``corners``, ``openings``: the things; ``lights``: what shines on them; ``scene``: all of it together.
"""
