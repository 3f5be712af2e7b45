"""The atlas of patches and how it is drawn, on OpenGL 3.3.

adaptive_drawing: draws as well as there is time for.
atlas: which patch lies in which slot of the texture.
half_size: draws smaller, and enlarges that.
quality: how well there is time to draw.
renderer: draws a view of the atlas.
shader_variants: the shader, compiled for just what a picture needs.
snapshot: a room that no longer changes, in an atlas of its own.
thumbnails: the visited rooms' small pictures.
"""
