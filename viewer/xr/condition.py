"""How it stands with the headset, for whoever tells the user."""

from enum import Enum

__all__ = ["Condition", "condition_of"]


class Condition(Enum):
    """The values are names of texts."""

    OFF = "off"
    STARTING = "starting"
    SHOWING = "showing"
    ASLEEP = "asleep"  # the session goes on, and the headset shows nothing
    NO_BINDINGS = "no_bindings"
    NO_RUNTIME = "no_runtime"
    NO_HEADSET = "no_headset"
    NO_GRAPHICS = "no_graphics"
    NO_ANSWER = "no_answer"
    SESSION_LOST = "session_lost"
    RUNTIME_LOST = "runtime_lost"
    LEFT = "left"  # by the headset's own menu
    REPLAYED = "replayed"  # the last recorded pose has been shown


# By the names of OpenXR's errors (pyopenxr's classes).
_CONDITIONS = {
    "RuntimeUnavailableError": Condition.NO_RUNTIME,
    "InitializationFailedError": Condition.NO_RUNTIME,
    "FormFactorUnavailableError": Condition.NO_HEADSET,
    "FormFactorUnsupportedError": Condition.NO_HEADSET,
    "ExtensionNotPresentError": Condition.NO_GRAPHICS,
    "GraphicsDeviceInvalidError": Condition.NO_GRAPHICS,
    "SwapchainFormatUnsupportedError": Condition.NO_GRAPHICS,
    "SessionLostError": Condition.SESSION_LOST,
    "SessionLossPending": Condition.SESSION_LOST,
}


def condition_of(error: BaseException, *, connected: bool) -> Condition:
    """What an error of OpenXR's means, before there was a connection or in the midst of one."""
    found = _CONDITIONS.get(type(error).__name__)
    if connected and found in (None, Condition.NO_RUNTIME):
        return Condition.RUNTIME_LOST
    return found or Condition.NO_RUNTIME
