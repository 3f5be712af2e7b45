"""Where the user looks and what is seen from there. Pure geometry.

camera: the view, and how drags, keys and inertia turn it.
head: a headset's eyes, and head_motion: where the head turns.
look: what a view and a head have in common.
sphere: every direction as one picture.
view_projection: how a flat viewport shows the sphere.
visibility: which patches a view samples.
"""
