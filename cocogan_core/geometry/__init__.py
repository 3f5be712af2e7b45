"""Where things are: patches in a panorama, pixels on the sphere. Numpy only.

- ``grid``: micro and macro patches and their coordinates (the paper's ψ and φ).
- ``projection``: directions and positions in a panorama.
- ``surfaces``: sky boxes, panoramas and flat views; ``resampling``: from one to another.
"""
