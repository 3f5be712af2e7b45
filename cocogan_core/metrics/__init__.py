"""How good a checkpoint is: distances between sets of pictures, seams, and what latents do."""
