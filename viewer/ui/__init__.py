"""Panels, keys and the mouse.

actions: what the user can ask for, and the one table of keys.
clipboard: text to and from the system's clipboard.
history_panel: the panel of visited rooms.
imgui_backend: feeds the window's events to ImGui and draws it.
input: from mouse and keys to the camera.
overlay: what lies over the view: bar, compass, legend, keys, notice.
panels: all panels of a frame.
view_model: what the panels are given to show.
"""
