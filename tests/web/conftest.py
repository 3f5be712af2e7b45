"""Checkpoints that try all that the generator can do: levels, walls, objects, the whole sphere; and a browser."""

from dataclasses import replace
from pathlib import Path

import pytest
from folder_server import served

from benchmarks.chromium import browser
from cocogan_core import checkpoint
from cocogan_core.config import ModelConfig, RoomLatents
from cocogan_core.data.rooms.furnished.numbers import FURNISHED, FURNISHED_SYMMETRY
from cocogan_core.data.rooms.objects import room_objects
from cocogan_core.data.rooms.parameters import PARAMETERS, room_spans
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.projection import Projection
from viewer.__main__ import main

ROOM_NAMES = RoomLatents().names
PROJECTION = Projection.of_aspect("equirectangular", 2)


def rooms_config(plain: ModelConfig) -> ModelConfig:
    """Three levels on the whole sphere, with room coordinates."""
    grid = PatchGrid(rows=4, columns=8, patch_px=16, levels=3)
    room = RoomLatents(projection=PROJECTION, width_px=grid.width_px)
    return replace(plain, grid=grid, latent_names=ROOM_NAMES, room=room, generator_width=40)


def write_lively(path: Path, config: ModelConfig) -> Path:
    """Random weights whose pictures use the whole range of bytes, and every weight of walls, objects and textures."""
    import torch

    from cocogan_core.models.build import build_generator

    torch.manual_seed(3)
    generator = build_generator(config)
    with torch.no_grad():
        for name, weights in generator.named_parameters():
            if name.startswith(("walls", "surfaces.mix", "objects.mix", "objects.table", "objects.paint")):
                weights.normal_(0, 0.3)
            if name.startswith("objects.textures.mix"):
                weights.normal_(0, 0.3)
            if name.startswith("objects.tiles.mix"):
                weights.normal_(0, 0.1)
            if name.startswith(("objects.codes", "objects.sunlit", "surfaces.amounts")):
                weights.normal_(0, 0.2)
            if config.objects is not None and name.startswith("lattice"):
                weights.mul_(0.05)  # what objects add is not to drown in it
            if name.startswith("rgb") and name.endswith("weight"):
                weights.normal_(0, 0.01)
    tensors = {name: tensor.detach().numpy() for name, tensor in generator.state_dict().items()}
    checkpoint.save_checkpoint(path, checkpoint.Metadata(model=config, projection=PROJECTION), generator=tensors)
    return path


@pytest.fixture(scope="session")
def extended_checkpoint(tmp_path_factory: pytest.TempPathFactory, tiny_config: ModelConfig) -> Path:
    """The same of half the sphere, with a row of patches above and below, and the room's front at the left edge."""
    config = rooms_config(tiny_config)
    half = Projection.of_aspect("equirectangular", 4)
    room = RoomLatents(projection=half, width_px=config.grid.width_px, front="edge")
    return write_lively(
        tmp_path_factory.mktemp("extended") / "extended.safetensors",
        replace(config, grid=config.grid.extended(), room=room),
    )


@pytest.fixture(scope="session")
def upright_checkpoint(tmp_path_factory: pytest.TempPathFactory, tiny_config: ModelConfig) -> Path:
    """The same of rooms that stand upright only; every other room is one of these, turned and mirrored."""
    room = RoomLatents(projection=PROJECTION, front="edge", viewer_right_m=(-0.3, 0.3), viewer_forward_m=(-0.3, 0.3))
    config = replace(rooms_config(tiny_config), room=room, z_dim=len(FURNISHED) + 3, latent_names=FURNISHED)
    return write_lively(
        tmp_path_factory.mktemp("upright") / "upright.safetensors", replace(config, symmetry=FURNISHED_SYMMETRY)
    )


@pytest.fixture(scope="session")
def rooms_checkpoint(tmp_path_factory: pytest.TempPathFactory, tiny_config: ModelConfig) -> Path:
    return write_lively(tmp_path_factory.mktemp("rooms") / "rooms.safetensors", rooms_config(tiny_config))


def objects_config(plain: ModelConfig) -> ModelConfig:
    """The same with a plain room's objects."""
    config = rooms_config(plain)
    names = {"latent_names": PARAMETERS, "z_dim": len(PARAMETERS) + 2}
    return replace(config, **names, objects=room_objects("plain"))


@pytest.fixture(scope="session")
def objects_checkpoint(tmp_path_factory: pytest.TempPathFactory, tiny_config: ModelConfig) -> Path:
    return write_lively(tmp_path_factory.mktemp("objects") / "objects.safetensors", objects_config(tiny_config))


@pytest.fixture(scope="session")
def textures_checkpoint(tmp_path_factory: pytest.TempPathFactory, tiny_config: ModelConfig) -> Path:
    """Walls with textures, and no objects."""
    config = replace(rooms_config(tiny_config), surface_textures=True)
    return write_lively(tmp_path_factory.mktemp("textures") / "textures.safetensors", config)


@pytest.fixture(scope="session")
def textured_objects_checkpoint(tmp_path_factory: pytest.TempPathFactory, tiny_config: ModelConfig) -> Path:
    config = replace(objects_config(tiny_config), surface_textures=True)
    return write_lively(tmp_path_factory.mktemp("textures") / "objects.safetensors", config)


@pytest.fixture(scope="session")
def extended_objects_checkpoint(tmp_path_factory: pytest.TempPathFactory, tiny_config: ModelConfig) -> Path:
    """The same as a Mercator panorama with a row of patches above and below, and the room's front at the left edge."""
    config = objects_config(tiny_config)
    room = RoomLatents(projection=Projection.of_aspect("mercator", 4), width_px=config.grid.width_px, front="edge")
    return write_lively(
        tmp_path_factory.mktemp("mercator") / "mercator.safetensors",
        replace(config, grid=config.grid.extended(), room=room),
    )


@pytest.fixture(scope="session")
def upright_objects_checkpoint(tmp_path_factory: pytest.TempPathFactory, tiny_config: ModelConfig) -> Path:
    """Objects of furnished rooms, which stand upright: they lie where the upright room has them."""
    spans = {f"{name.removeprefix('room.')}_m": span for name, span in room_spans("furnished").items()}
    room = RoomLatents(projection=PROJECTION, front="edge", **spans)
    config = replace(
        rooms_config(tiny_config), room=room, z_dim=len(FURNISHED) + 3, latent_names=FURNISHED,
        objects=room_objects("furnished", upright=True), symmetry=FURNISHED_SYMMETRY,
    )  # fmt: skip
    return write_lively(tmp_path_factory.mktemp("upright") / "objects.safetensors", config)


@pytest.fixture(scope="session")
def lean_objects_checkpoint(tmp_path_factory: pytest.TempPathFactory, upright_objects_checkpoint: Path) -> Path:
    """The same with a narrower field network, and painted by rank."""
    config = checkpoint.load_checkpoint(upright_objects_checkpoint).metadata.model
    path = tmp_path_factory.mktemp("lean") / "objects.safetensors"
    return write_lively(path, replace(config, field_width=48, paint_rank=6))


@pytest.fixture(scope="session")
def mixed_checkpoint(tmp_path_factory: pytest.TempPathFactory, lean_objects_checkpoint: Path) -> Path:
    """The same with textures of which z says how much is shown."""
    config = checkpoint.load_checkpoint(lean_objects_checkpoint).metadata.model
    path = tmp_path_factory.mktemp("mixed") / "objects.safetensors"
    return write_lively(path, replace(config, surface_textures=True, mixed_textures=4))


@pytest.fixture(scope="session")
def object_textures_checkpoint(tmp_path_factory: pytest.TempPathFactory, mixed_checkpoint: Path) -> Path:
    """The same with textures and tiles on objects; of two more levels the last has tiles alone."""
    config = checkpoint.load_checkpoint(mixed_checkpoint).metadata.model
    path = tmp_path_factory.mktemp("textures") / "things.safetensors"
    return write_lively(path, replace(config, grid=replace(config.grid, levels=5), object_textures=True))


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("profile")) as one:
        yield one


@pytest.fixture(scope="module")
def site_folder(tmp_path_factory, rooms_checkpoint):
    folder = tmp_path_factory.mktemp("site")
    main(["web", str(rooms_checkpoint), "-o", str(folder)])
    return folder


@pytest.fixture(scope="module")
def site(site_folder):
    """Address of the page as a folder on a server."""
    with served(site_folder) as address:
        yield f"{address}/index.html"
