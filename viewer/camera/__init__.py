"""Pure geometry of looking: the camera, view projections, and which patches a view touches."""
