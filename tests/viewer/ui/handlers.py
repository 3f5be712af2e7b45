"""A window that only collects handlers; for the tests beside it."""


class Window:
    def __init__(self):
        self.handlers = {}

    def push_handlers(self, **handlers):
        self.handlers |= handlers

    def get_size(self):
        return 800, 600

    def get_framebuffer_size(self):
        return 1600, 1200  # a screen at 200 %
