"""From a checkpoint to pixels."""
