"""Pictures, panoramas, cube maps and films of a room as files."""
