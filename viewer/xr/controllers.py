"""The controllers: a ray, a place, a trigger and a menu button for each hand, whichever kind they are."""

from typing import Any

import xr

from viewer.xr.pose import Hand, Pose

__all__ = ["Controllers", "floats", "pose_of"]

# Interaction profiles and their paths for (select, menu); those of the poses are the same for all.
PROFILES = {
    "khr/simple_controller": ("select/click", "menu/click"),
    "oculus/touch_controller": ("trigger/value", "thumbstick/click"),
    "valve/index_controller": ("trigger/click", "b/click"),
    "htc/vive_controller": ("trigger/click", "menu/click"),
    "microsoft/motion_controller": ("trigger/value", "menu/click"),
}
HANDS = ("left", "right")
POSES, BUTTONS = ("aim", "grip"), ("select", "menu")
IS_PLACED = xr.SpaceLocationFlags.ORIENTATION_VALID_BIT | xr.SpaceLocationFlags.POSITION_VALID_BIT


class Controllers:
    """Actions of one instance; :meth:`attach` them to a session before it begins."""

    def __init__(self, instance: Any) -> None:  # noqa: ANN401
        """Suggest bindings for every profile that the runtime knows."""
        self._set = xr.create_action_set(instance, xr.ActionSetCreateInfo("room", "Room", priority=0))
        self._hands = [xr.string_to_path(instance, f"/user/hand/{hand}") for hand in HANDS]
        kinds = dict.fromkeys(POSES, xr.ActionType.POSE_INPUT) | dict.fromkeys(BUTTONS, xr.ActionType.BOOLEAN_INPUT)
        self._actions = {name: self._action(name, kind) for name, kind in kinds.items()}
        self._spaces: list[dict[str, Any]] = []  # of each hand's poses
        for profile, (select, menu) in PROFILES.items():
            self._suggest(instance, profile, {"aim": "aim/pose", "grip": "grip/pose", "select": select, "menu": menu})

    def attach(self, session: Any) -> None:  # noqa: ANN401
        """Make them a session's; the poses' spaces end with it."""
        xr.attach_session_action_sets(session, xr.SessionActionSetsAttachInfo(action_sets=[self._set]))
        for hand in self._hands:
            asked = {name: xr.ActionSpaceCreateInfo(self._actions[name], subaction_path=hand) for name in POSES}
            self._spaces.append({name: xr.create_action_space(session, one) for name, one in asked.items()})

    def read(self, session: Any, base: Any, time: int) -> tuple[Hand, Hand]:  # noqa: ANN401
        """What the left and the right hand do; nothing without the headset's focus."""
        try:
            active = [xr.ActiveActionSet(self._set, xr.NULL_PATH)]
            xr.sync_actions(session, xr.ActionsSyncInfo(active_action_sets=active))
        except xr.SessionNotFocused:
            return Hand(), Hand()
        left, right = (self._hand(session, base, time, number) for number in range(len(HANDS)))
        return left, right

    def close(self) -> None:
        """Give the actions and the poses' spaces back."""
        for spaces in self._spaces:
            for space in spaces.values():
                xr.destroy_space(space)
        xr.destroy_action_set(self._set)

    def _hand(self, session: Any, base: Any, time: int, number: int) -> Hand:  # noqa: ANN401
        aim, grip = (_locate(self._spaces[number][name], base, time) for name in POSES)
        asked = [xr.ActionStateGetInfo(self._actions[name], self._hands[number]) for name in BUTTONS]
        trigger, menu = (bool(xr.get_action_state_boolean(session, one).current_state) for one in asked)
        return Hand(aim, grip, trigger, menu)

    def _action(self, name: str, kind: Any) -> Any:  # noqa: ANN401
        create = xr.ActionCreateInfo(
            action_name=name, action_type=kind, localized_action_name=name.capitalize(), subaction_paths=self._hands
        )
        return xr.create_action(self._set, create)

    def _suggest(self, instance: Any, profile: str, inputs: dict[str, str]) -> None:  # noqa: ANN401
        bindings = [
            xr.ActionSuggestedBinding(
                self._actions[name], xr.string_to_path(instance, f"/user/hand/{hand}/input/{path}")
            )
            for name, path in inputs.items()
            for hand in HANDS
        ]
        name = xr.string_to_path(instance, f"/interaction_profiles/{profile}")
        suggestion = xr.InteractionProfileSuggestedBinding(interaction_profile=name, suggested_bindings=bindings)
        try:
            xr.suggest_interaction_profile_bindings(instance, suggestion)
        except xr.PathUnsupportedError:  # a runtime need not know every controller
            return


def _locate(space: Any, base: Any, time: int) -> Pose | None:  # noqa: ANN401
    found = xr.locate_space(space, base, time)
    return pose_of(found.pose) if found.location_flags & IS_PLACED == IS_PLACED else None


def pose_of(pose: Any) -> Pose:  # noqa: ANN401
    """One of OpenXR's."""
    x, y, z, w = floats(pose.orientation, "xyzw")
    px, py, pz = floats(pose.position, "xyz")
    return Pose((x, y, z, w), (px, py, pz))


def floats(structure: Any, names: str) -> list[float]:  # noqa: ANN401
    """The named members of one of OpenXR's structures."""
    return [float(getattr(structure, name)) for name in names]
