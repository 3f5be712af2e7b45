"""Decides which parts of a panorama are needed and puts them on the screen. Never imports torch in the GUI process."""
