"""What is remembered of a room, a look and the user's wishes. Knows no window.

desktop_entry: the menu of a Linux desktop, an icon, and what opens saved rooms.
interpolation: the morph between two rooms.
latents: a room: its z, by seed, by entry and along principal directions.
logging: the log file.
options: what the command line asks for.
paths: the folders for settings, caches and logs.
photographs: 360° photographs: what their headers say.
recipe: everything that fixes a picture, as JSON.
recipe_files: recipes and checkpoints as files, and which checkpoint a recipe means.
settings: what is remembered between sessions.
"""
