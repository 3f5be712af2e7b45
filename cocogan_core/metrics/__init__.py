"""How good a checkpoint is.

- ``evaluation``: measures a checkpoint; ``evaluation_setup``: what and how; ``checkpoint_figures``: what only a
  checkpoint can be asked.
- ``features``: what pictures are compared by; ``views``: flat views of a panorama; ``frechet``: distances between
  features; ``image_sets``: one pass over a set of pictures.
- ``seams``: how much patch borders stand out; ``latents``: whether named latents do what they say.
- ``results``: the figures; ``report``: the figures for people.
"""
