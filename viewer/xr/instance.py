"""The connection to an OpenXR runtime, and the headset that it has."""

from collections.abc import Iterator
from typing import Any

import xr

__all__ = ["Event", "Instance"]

Event = Any  # one of OpenXR's event structures

SPHERES = "XR_KHR_composition_layer_equirect2"


class Instance:
    """Owns the connection; sessions end before it does.

    Attributes:
        handle: OpenXR's.
        name: of the runtime.
        spheres: whether the runtime takes a panorama as a whole.
    """

    def __init__(self, extensions: tuple[str, ...]) -> None:
        """Connect to the runtime that is active on this machine.

        Raises:
            xr.exception.XrException: there is none, or it lacks an extension.
        """
        offered = {found.extension_name.decode() for found in xr.enumerate_instance_extension_properties()}
        self.spheres = SPHERES in offered
        wanted = [*extensions, *([SPHERES] if self.spheres else [])]
        about = xr.ApplicationInfo(application_name="COCO-GAN panorama", api_version=xr.Version(1, 0, 0))
        create = xr.InstanceCreateInfo(application_info=about, enabled_extension_names=wanted)
        self.handle = xr.create_instance(create)
        self.name = xr.get_instance_properties(self.handle).runtime_name.decode(errors="replace")

    def find_headset(self) -> Any:  # noqa: ANN401
        """OpenXR's number of the system.

        Raises:
            xr.FormFactorUnavailableError: no headset is on.
        """
        return xr.get_system(self.handle, xr.SystemGetInfo(form_factor=xr.FormFactor.HEAD_MOUNTED_DISPLAY))

    def events(self) -> Iterator[Event]:
        """All that has come since the last call, each as its own structure; kinds that nobody needs are left out."""
        while True:
            try:
                event = xr.poll_event(self.handle)
            except xr.EventUnavailable:
                return
            for kind in (xr.EventDataSessionStateChanged, xr.EventDataInstanceLossPending):
                if event.type == kind().type:
                    yield kind.from_buffer_copy(event)

    def close(self) -> None:
        """End the connection."""
        xr.destroy_instance(self.handle)
