"""Training runs: their settings, data, losses, steps, state and records."""
