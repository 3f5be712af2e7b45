"""A package of its own name, since torch-fidelity installs one called so, which would be found instead."""
