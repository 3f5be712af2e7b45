"""The atlas of patches and how it is drawn, on OpenGL 3.3."""
