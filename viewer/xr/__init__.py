"""The room in a headset, by OpenXR: who draws asks a :class:`FrameSource` for frames. Knows no window and no panel.

condition: how it stands with the headset.
connector: connects to the runtime in a thread of its own.
controllers: the hands: where they are and point, the trigger, the menu button.
frame_source: where frames to draw come from.
frame_waiter: waits for the compositor in a thread of its own, so that the window never does.
graphics: what the runtime is told of the window's OpenGL.
headset: the headset, from the button that asks for it to its loss and return.
instance: the connection to the runtime.
linear_light: what is drawn in sRGB's values, brought into a target that wants linear light.
panel_place: where the panel and the ray stand.
pose: poses of eyes and hands, frames, and what those consist of.
pose_file: poses on disk, to record and to play again.
replay: a headset that plays recorded poses, without a runtime.
session: what lives as long as the runtime's session: spaces, its states, frames.
surfaces: what is drawn for a headset: eyes, panel, ray, the panorama as a whole.
swapchain: the runtime's textures, to draw into.
"""
