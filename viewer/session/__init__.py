"""Everything that belongs to one open checkpoint."""
