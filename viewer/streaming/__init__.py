"""Which patches to make next, the process that makes them, and their way into the atlas."""
