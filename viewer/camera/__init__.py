"""Where the user looks and what is seen from there. Pure geometry.

camera: the view, and how drags, keys and inertia turn it.
view_projection: how a flat viewport shows the sphere.
visibility: which patches a view samples.
"""
