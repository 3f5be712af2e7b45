"""Where real panoramas come from: one file a source, all ending in the same shards."""
