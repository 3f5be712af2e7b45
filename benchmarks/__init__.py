"""What is measured rather than tested; each is run as ``python -m benchmarks.NAME``."""
