"""Which patches to make next, the process that makes them, and their way into the atlas.

cache: finished patches, within a budget of bytes.
clipmap: which levels of detail are on the screen.
directions: principal directions, kept between sessions.
generator_process: how that process begins.
level_window: what one level has on the screen.
patch_maker: the generator process for those who wait, with no frames to draw.
patch_status: what the X-ray shows of a patch.
protocol: the messages between the window and the generator process.
scheduler: what to make next.
statistics: what is counted.
streamer: from a view to patches on the screen.
visible_set: which patches views sample.
whole_level: every patch of a level, for what needs all.
worker: the generator process as the window sees it.
worker_process: that process itself.
"""
