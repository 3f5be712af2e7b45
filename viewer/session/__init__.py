"""What is open: the session of one checkpoint, what opens others, and what the user asks of them.

action_handler: does what keys and panels ask for.
background_job: an export, or making all of a room, beside the frames.
checkpoint_loader: opens a checkpoint without stalling.
history: undo, visited rooms, and the morph between two of them.
inspector: the X-ray and the seam microscope.
seam_survey: how far borders between patches stand out.
session: everything that belongs to one open checkpoint.
workspace: the open session, recipes and recent files.
"""
