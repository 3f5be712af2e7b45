"""What a model trained on rooms is told of them: the box that they are, and their objects. Knows no torch."""

from cocogan_core.config import RoomLatents
from cocogan_core.data.dataset import ImageDataset
from cocogan_core.data.rooms.live import LiveRooms
from cocogan_core.data.rooms.objects import room_objects
from cocogan_core.data.rooms.parameters import room_spans, style_named
from cocogan_core.data.rooms.placement import front_of, symmetry_of
from cocogan_core.errors import ConfigError
from cocogan_core.geometry.objects import RoomObjects

__all__ = ["TrainingSource", "room_latents", "room_objects_of"]

TrainingSource = ImageDataset | LiveRooms


def room_latents(dataset: TrainingSource, latent_names: tuple[str, ...]) -> RoomLatents:
    """The box of rooms of the family that has numbers of these names."""
    assert dataset.projection is not None
    spans = room_spans(style_named(latent_names))
    return RoomLatents(
        projection=dataset.projection,
        width_px=dataset.width_px,
        front=front_of(dataset.about),
        width_m=spans["room.width"],
        depth_m=spans["room.depth"],
        height_m=spans["room.height"],
        viewer_right_m=spans["room.viewer_right"],
        viewer_forward_m=spans["room.viewer_forward"],
    )


def room_objects_of(dataset: TrainingSource, latent_names: tuple[str, ...]) -> RoomObjects:
    """The objects of rooms of the family that has numbers of these names.

    Raises:
        ConfigError: they are neither plain rooms nor furnished ones that were all set upright.
    """
    objects = room_objects(style_named(latent_names), upright=symmetry_of(dataset.about) is not None)
    if objects is None or not set(objects.needs) <= set(latent_names):
        raise ConfigError(
            "--object-coordinates needs rooms of cocogan rooms --style plain, or --style furnished --upright"
        )
    return objects
