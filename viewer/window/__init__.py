"""The window and its OpenGL context.

context: opens the window with its OpenGL context.
drops: files dropped on an X11 window.
gamepads: the game controllers of this machine.
opengl: which OpenGL there is, and how to do without.
window: opens the window and hands out its events.
"""
