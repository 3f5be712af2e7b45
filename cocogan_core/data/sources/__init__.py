"""Real pictures and where they come from, one file a source."""
