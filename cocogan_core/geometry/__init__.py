"""Where pixels lie: patch grids, projections, surfaces, and resampling from one to another. Numpy only."""
