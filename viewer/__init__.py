"""The viewer: decides which patches to make, and puts them on the screen. Never imports torch.

__main__: the commands ``cocogan`` and ``cocogan-view``.
app: the window and its frame loop.
view: the command ``cocogan view``.
plain_line: its command line where it is a plain one.
render: pictures and exports of a recipe without a window.
camera, state, rendering, streaming, export, ui, session, window: packages, which say what is in them.
"""
