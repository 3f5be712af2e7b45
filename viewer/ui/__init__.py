"""Panels, keys and the mouse."""
