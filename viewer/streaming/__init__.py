"""Which patches to make next, the process that makes them, and their way into the atlas.

cache: finished patches, within a budget of bytes.
directions: principal directions, kept between sessions.
patch_status: what the X-ray shows of a patch.
protocol: the messages between the window and the generator process.
scheduler: what to make next.
seams: how far the borders between patches stand out.
streamer: from a view to patches on the screen.
worker: the generator process as the window sees it.
worker_process: that process itself.
"""
