"""Begin a model's floor textures as the patterns that floors show: ``python scripts/floor_textures.py MODEL DATA OUT``.

A place on a floor is seen in few crops, so that by gradients alone boards stay noise for hundreds of thousands of them.
Floors of one kind have one pattern, though, laid out from the room's middle: for each kind, by how much each texel is
brighter than its surroundings is averaged over panoramas (a texture projected from pictures: Debevec, Taylor, Malik
1996), where the floor is bare, and a nearer look counts the more. The last three of the mixed textures become these
patterns, at level 0's stage and the one before, shown on floors of their kind alone, and mixed into the channels that
brighten the model's picture, as strongly as they do. Training goes on from there.
MODEL: of furnished rooms, with mixed textures. DATA: upright rooms of its family, as large as its level 0.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import tyro
from numpy.typing import NDArray
from rich.progress import track
from torch import Tensor
from torch.nn import functional as F

from cocogan_core import load_checkpoint, save_checkpoint
from cocogan_core.config import RoomLatents
from cocogan_core.data.dataset import ImageDataset
from cocogan_core.data.rooms.furnished.plan import FLOORS
from cocogan_core.errors import CocoganError, ConfigError
from cocogan_core.inference.latents import sample_z
from cocogan_core.models.build import load_generator
from cocogan_core.models.compact import CompactGenerator
from cocogan_core.models.dimensions import TEXTURE_GAIN, TEXTURED_FROM, cell_angle_rad, texel_m, texture_side
from cocogan_core.models.object_coordinates import Objects, Rays, nearest_objects, told_of
from cocogan_core.models.object_scene import ObjectScene
from cocogan_core.models.room_coordinates import FLOOR, WallPlaces, room_of, view_pitches, view_rays, view_yaws
from cocogan_core.models.surface_textures import SurfaceTextures

Floats = NDArray[np.float64]
# whether floor.kind_x and floor.kind_y are above 0; carpets have no pattern
KINDS = {kind: above for above, kind in FLOORS.items() if kind != "carpet"}
AROUND_M = 0.3  # what a texel is compared with: a Gaussian so wide
MOST = 0.5  # of what is brighter or darker than its surroundings counts: edges of sunlight are no pattern
FEWEST = 3.0  # rooms that see a texel from near by, for it to be known
ASKED = 8  # rooms of each kind by which the model's answer is measured


class FloorView(NamedTuple):
    """Where a panorama's pixels see the bare floor: a mask (h, w), and texels (2, n) and weights (n,) of those."""

    bare: NDArray[np.bool_]
    texels: NDArray[np.intp]
    weights: Floats


class Rooms(NamedTuple):
    """A model's generator, and panoramas that it could make."""

    generator: CompactGenerator
    data: ImageDataset
    box: RoomLatents
    scene: ObjectScene

    @property
    def stage(self) -> int:
        """Where level 0 gets its pixels."""
        return self.generator.base_stages

    @property
    def side(self) -> int:
        """Texels along a texture there."""
        return texture_side(self.stage, mixed=True)

    def numbers(self, index: int, names: tuple[str, ...]) -> list[float]:
        """What is known of a panorama."""
        assert self.data.parameters is not None
        return [float(self.data.parameters[index][self.data.latent_names.index(name)]) for name in names]

    def z(self, index: int) -> Tensor:
        """(1, z_dim) that says what a panorama shows."""
        names, z = self.generator.config.latent_names, sample_z(index, self.generator.config.z_dim)
        z[: len(names)] = self.numbers(index, names)
        return torch.from_numpy(z)[None]

    def has(self, kind: str) -> list[bool]:
        """Which panoramas show a kind of floor."""
        names = ("floor.kind_x", "floor.kind_y")
        signs = [tuple(x > 0 for x in self.numbers(i, names)) for i in range(self.data.count)]
        return [found == KINDS[kind] for found in signs]

    def view(self, index: int) -> FloorView:
        """Where a panorama shows its floor, and nothing on it."""
        (height, width), z = self.data.image(index).shape[:2], self.z(index)
        ys, xs = ((torch.arange(n)[None] + 0.5) / n for n in (height, width))
        directions, cell_rad = view_rays(ys, xs, self.box), cell_angle_rad(self.generator.config.grid, self.stage)
        places = WallPlaces.of(room_of(z, self.generator.config.latent_names, self.box), directions)
        rays = Rays(directions, view_yaws(xs, self.box), view_pitches(ys, self.box), cell_rad)
        seen = nearest_objects(Objects.of(self.scene, z), rays)
        texels = torch.cat([places.across, places.along], 1)[0] / texel_m(self.stage) + self.side / 2
        at = texels.floor().long().numpy()
        bare = ((places.face == FLOOR) & (seen.which < 0))[0].numpy() & ((at >= 0) & (at < self.side)).all(0)
        cells = (places.distance / places.facing.sqrt())[0, 0].double().numpy()[bare] * cell_rad / texel_m(self.stage)
        return FloorView(bare, at[:, bare], 1 / cells.clip(min=1) ** 4)


def beside(values: Floats, view: FloorView, side: int, around: float) -> tuple[Floats, Floats]:
    """How texels (side, side) differ from their surroundings, and how well each is seen, 0 … 1."""
    entry = view.texels[0] * side + view.texels[1]
    counts = view.weights, view.weights * values
    weight, total = (np.bincount(entry, count, side**2).reshape(side, side).astype(np.float64) for count in counts)
    there, all_of_it = (blurred(x, around) for x in (weight, total))
    differs = total / weight.clip(min=1e-9) - all_of_it / there.clip(min=1e-9)
    return np.where(weight > 0, differs.clip(-MOST, MOST), 0.0), weight.clip(max=1.0)


def pattern(rooms: Rooms, kind: str) -> Floats:
    """By how much of its surroundings' brightness each texel (side, side) of a kind of floor is brighter."""
    total, seen, around = *np.zeros((2, rooms.side, rooms.side)), AROUND_M / texel_m(rooms.stage)
    for index in track(np.flatnonzero(rooms.has(kind)).tolist(), kind):
        view = rooms.view(index)
        grey = np.log(rooms.data.image(index).astype(np.float64).mean(-1)[view.bare] + 1)
        differs, weight = beside(grey, view, rooms.side, around)
        total, seen = total + differs * weight, seen + weight
    mean = total / seen.clip(min=FEWEST)
    return np.asarray(mean - blurred(mean, 2 * around))


def blurred(x: Floats, deviation: float) -> Floats:
    """(side, side) by a Gaussian of so many texels; beyond the edges there is nothing."""
    apart = np.subtract.outer(np.arange(len(x)), np.arange(len(x))) / deviation
    weights = np.exp(-0.5 * apart**2) / (deviation * np.sqrt(2 * np.pi))
    return np.asarray(weights @ x @ weights)


def bands(whole: Floats) -> tuple[Floats, Floats]:
    """What both stages show of a pattern: texels twice as wide, and what these lack."""
    side = len(whole) // 2
    coarse = whole.reshape(side, 2, side, 2).mean((1, 3))
    between = F.interpolate(torch.from_numpy(coarse)[None, None], scale_factor=2, mode="bilinear")
    return coarse, whole - between[0, 0].numpy()


def answer(rooms: Rooms, band: Floats, kind: str, *, stage: int, feature: int) -> Tensor:
    """(C,) how much brightness follows a ``band`` of a pattern in each of a stage's channels, by gradients."""
    surfaces, grid = _surfaces(rooms), rooms.generator.config.grid
    mix = surfaces.mix[stage - TEXTURED_FROM].get_parameter("weight")
    surfaces.texture[stage - TEXTURED_FROM].data[feature] = torch.from_numpy(band / TEXTURE_GAIN)
    total, squares = torch.zeros(len(mix)), 0.0
    for index in np.flatnonzero(rooms.has(kind))[:ASKED].tolist():
        view = rooms.view(index)
        across, along = view.texels // 2 ** (rooms.stage - stage)
        shown = torch.from_numpy(band[across, along]).float()
        counts = shown * torch.from_numpy(view.weights**0.5).float()
        made = rooms.generator.block(rooms.z(index), torch.zeros(1, 2), (grid.rows, grid.columns))[0].mean(0) + 1
        brightness = made[torch.from_numpy(view.bare)].clamp(min=0.02).log()
        (gradient,) = torch.autograd.grad(brightness @ counts, mix)
        total, squares = total + gradient[:, feature, 0, 0], squares + float(shown @ counts)
    return total / max(squares, 1e-9)


def put(rooms: Rooms, kind: str, whole: Floats, feature: int) -> None:
    """Make a ``feature`` of the mixed textures this pattern, shown on floors of a kind."""
    surfaces = _surfaces(rooms)
    assert surfaces.amounts is not None
    told = torch.cat([told_of(rooms.scene, rooms.z(index)) for index in range(rooms.data.count)])
    flag = (told - torch.tensor(rooms.has(kind)).float()[:, None]).abs().amax(0).argmin()
    with torch.no_grad():
        for amount in (surfaces.amounts.weight, surfaces.amounts.bias):  # of all faces nothing
            amount.view(-1, rooms.generator.config.mixed_textures, *amount.shape[1:])[:, feature] = 0
        surfaces.amounts.weight[FLOOR * rooms.generator.config.mixed_textures + feature, flag] = 1
    for stage, band in zip((rooms.stage - 1, rooms.stage), bands(whole), strict=True):
        way = answer(rooms, band, kind, stage=stage, feature=feature)
        strength = float(way.norm())  # where it is 1, a texel that is to be brighter by a tenth is 0.1
        with torch.no_grad():
            surfaces.texture[stage - TEXTURED_FROM][feature] = torch.from_numpy(band / strength / TEXTURE_GAIN)
            surfaces.mix[stage - TEXTURED_FROM].get_parameter("weight")[:, feature, 0, 0] = way / strength


def _surfaces(rooms: Rooms) -> SurfaceTextures:
    assert rooms.generator.surfaces is not None
    return rooms.generator.surfaces


def rooms_of(generator: torch.nn.Module, data: ImageDataset) -> Rooms:
    """The model and the data together.

    Raises:
        ConfigError: the model or the data are of another kind.
    """
    if not isinstance(generator, CompactGenerator) or generator.scene is None or generator.config.room is None:
        raise ConfigError("the model does not know furnished rooms")
    model = generator.config
    if model.mixed_textures <= len(KINDS) or set(model.latent_names) - set(data.latent_names):
        raise ConfigError("the model needs more than three mixed textures, and data that name what it knows rooms by")
    own, theirs = (model.grid.height_px, model.grid.width_px), data.image(0).shape[:2]
    if own != theirs:
        raise ConfigError(f"panoramas of {theirs[1]} × {theirs[0]} pixels; the model makes {own[1]} × {own[0]}")
    return Rooms(generator, data, generator.config.room, generator.scene)


def main(
    source: tyro.conf.Positional[Path], data: tyro.conf.Positional[Path], target: tyro.conf.Positional[Path]
) -> None:
    """Write it.

    Args:
        source: checkpoint of a model of furnished rooms, with more than three mixed textures.
        data: folder of upright rooms.
        target: file to write.
    """
    whole = load_checkpoint(source)
    rooms = rooms_of(load_generator(whole), ImageDataset.open(data))
    first = rooms.generator.config.mixed_textures - len(KINDS)
    for feature, kind in enumerate(KINDS, first):
        put(rooms, kind, pattern(rooms, kind), feature)
    weights = {name: tensor.numpy() for name, tensor in rooms.generator.state_dict().items()}
    save_checkpoint(target, whole.metadata, generator=weights)


if __name__ == "__main__":
    try:
        tyro.cli(main)
    except (CocoganError, OSError) as error:
        raise SystemExit(f"floor_textures: error: {error}") from error
