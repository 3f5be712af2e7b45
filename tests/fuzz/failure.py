"""What no reader may do."""


class FailureError(Exception):
    """A reader did what none may do."""
