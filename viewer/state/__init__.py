"""What is remembered: latents, saved rooms, settings, and the paths between rooms. Pure, or files only."""
