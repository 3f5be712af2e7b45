"""What a trained model can do besides making pictures of random z: the paper's applications (§3.2, 3.3, 3.5)."""
