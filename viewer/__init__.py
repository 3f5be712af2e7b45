"""The viewer: decides which patches to make, and puts them on the screen. Never imports torch.

__main__: the commands ``cocogan`` and ``cocogan-view``.
app: the window and its frame loop.
render: pictures and exports of a recipe without a window.
camera, state, rendering, streaming, export, ui, session, window: packages, which say what is in them.
"""
