"""The room in a headset, by OpenXR: who draws asks a :class:`Headset` for frames. Knows no window and no panel.

condition: how it stands with the headset.
controllers: the trigger, the menu button and where they point.
frame_waiter: waits for the compositor in a thread of its own, so that the window never does.
graphics: what the runtime is told of the window's OpenGL.
headset: the headset, from the button that asks for it to its loss and return.
instance: the connection to the runtime.
pose: poses of eyes and hands, and frames.
pose_file: poses on disk, to record and to play again.
replay: a headset that plays recorded poses, without a runtime.
session: what lives as long as the runtime's session: spaces, swapchains, its states.
swapchain: the runtime's textures, to draw into.
"""
