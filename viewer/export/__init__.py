"""Pictures, panoramas, cube maps and films of a room as files.

export: one export, made bit by bit beside the frames.
photo_sphere: panoramas with the metadata that other viewers read.
video: MP4 films.
"""
