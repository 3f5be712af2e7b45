"""The controllers: a ray, a trigger and a menu button, whichever kind they are."""

from typing import Any

import xr

from viewer.xr.pose import Hand

__all__ = ["Controllers", "floats"]

# Interaction profiles and their paths for (select, menu); the aim's is the same for all.
PROFILES = {
    "khr/simple_controller": ("select/click", "menu/click"),
    "oculus/touch_controller": ("trigger/value", "thumbstick/click"),
    "valve/index_controller": ("trigger/click", "b/click"),
    "htc/vive_controller": ("trigger/click", "menu/click"),
    "microsoft/motion_controller": ("trigger/value", "menu/click"),
}
HANDS = ("left", "right")


class Controllers:
    """Actions of one instance; :meth:`attach` them to a session before it begins."""

    def __init__(self, instance: Any) -> None:  # noqa: ANN401
        """Suggest bindings for every profile that the runtime knows."""
        self._set = xr.create_action_set(instance, xr.ActionSetCreateInfo("room", "Room", priority=0))
        self._hands = [xr.string_to_path(instance, f"/user/hand/{hand}") for hand in HANDS]
        self._aim = self._action("aim", xr.ActionType.POSE_INPUT)
        self._select = self._action("select", xr.ActionType.BOOLEAN_INPUT)
        self._menu = self._action("menu", xr.ActionType.BOOLEAN_INPUT)
        self._spaces: list[Any] = []
        for profile, (select, menu) in PROFILES.items():
            self._suggest(instance, profile, {"aim/pose": self._aim, select: self._select, menu: self._menu})

    def attach(self, session: Any) -> None:  # noqa: ANN401
        """Make them a session's; the poses' spaces end with it."""
        xr.attach_session_action_sets(session, xr.SessionActionSetsAttachInfo(action_sets=[self._set]))
        self._spaces = [
            xr.create_action_space(session, xr.ActionSpaceCreateInfo(action=self._aim, subaction_path=hand))
            for hand in self._hands
        ]

    def read(self, session: Any, base: Any, time: int) -> Hand:  # noqa: ANN401
        """What the hands do; the right one's ray goes before the left one's. Nothing without the headset's focus."""
        try:
            active = [xr.ActiveActionSet(self._set, xr.NULL_PATH)]
            xr.sync_actions(session, xr.ActionsSyncInfo(active_action_sets=active))
        except xr.SessionNotFocused:
            return Hand()
        trigger, menu = (self._is_down(session, action) for action in (self._select, self._menu))
        for space in reversed(self._spaces):
            located = xr.locate_space(space, base, time)
            if located.location_flags & xr.SpaceLocationFlags.ORIENTATION_VALID_BIT:
                pose = located.pose
                x, y, z, w = floats(pose.orientation, "xyzw")
                px, py, pz = floats(pose.position, "xyz")
                return Hand((x, y, z, w), (px, py, pz), trigger, menu)
        return Hand(trigger=trigger, menu=menu)

    def close(self) -> None:
        """Give the actions and the poses' spaces back."""
        for space in self._spaces:
            xr.destroy_space(space)
        xr.destroy_action_set(self._set)

    def _is_down(self, session: Any, action: Any) -> bool:  # noqa: ANN401
        asked = [xr.ActionStateGetInfo(action, hand) for hand in self._hands]
        return any(xr.get_action_state_boolean(session, one).current_state for one in asked)

    def _action(self, name: str, kind: Any) -> Any:  # noqa: ANN401
        create = xr.ActionCreateInfo(
            action_name=name, action_type=kind, localized_action_name=name.capitalize(), subaction_paths=self._hands
        )
        return xr.create_action(self._set, create)

    def _suggest(self, instance: Any, profile: str, inputs: dict[str, Any]) -> None:  # noqa: ANN401
        bindings = [
            xr.ActionSuggestedBinding(action, xr.string_to_path(instance, f"/user/hand/{hand}/input/{path}"))
            for path, action in inputs.items()
            for hand in HANDS
        ]
        name = xr.string_to_path(instance, f"/interaction_profiles/{profile}")
        suggestion = xr.InteractionProfileSuggestedBinding(interaction_profile=name, suggested_bindings=bindings)
        try:
            xr.suggest_interaction_profile_bindings(instance, suggestion)
        except xr.PathUnsupportedError:  # a runtime need not know every controller
            return


def floats(structure: Any, names: str) -> list[float]:  # noqa: ANN401
    """The named members of one of OpenXR's structures."""
    return [float(getattr(structure, name)) for name in names]
