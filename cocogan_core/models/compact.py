"""The compact preset's networks: small enough for two CPU cores, and without borders by construction.

The paper's G (Fig. 13) makes every micro patch alone from (z, c); its convolutions pad with zeros at the patch's edge,
and the adversarial loss has to teach neighbours to agree. Here c only says where the patch lies. A small field network
turns (z, position) into features on a coarse lattice of ``BASE`` cells a patch side, plus ``MARGIN`` cells around it,
and every further layer is a convolution without padding that uses the margin up. A pixel is then a function of z, its
level of detail and its own position, whichever patch or block of patches it was made in: micro patches stay
independent, but merged ones equal one large pass. That makes macro patches and whole panoramas cheap in training, and
lets a patch grow by adding stages (as the paper's G does) while the lattice stays.

Knows nothing of losses, files or windows.
"""

import math
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cocogan_core.config import ModelConfig, RoomLatents
from cocogan_core.errors import ConfigError
from cocogan_core.models.areas import Area, areas_below
from cocogan_core.models.base import Generator
from cocogan_core.models.dimensions import (
    BASE,
    FIELD_DEPTH,
    MARGIN,
    ROOM_FEATURES,
    SLOPE,
    TEXTURED_FROM,
    base_stages,
    cell_angle_rad,
    compact_widths,
    position_features,
)
from cocogan_core.models.object_coordinates import Rays, told_of
from cocogan_core.models.object_layers import KnownObjects, ObjectLayers
from cocogan_core.models.object_scene import ObjectScene
from cocogan_core.models.positions import position_waves
from cocogan_core.models.room_coordinates import WallPlaces, room_features, room_of, view_pitches, view_rays, view_yaws
from cocogan_core.models.stage import Stage, crop, initialise
from cocogan_core.models.surface_textures import Mixing, SurfaceTextures

__all__ = ["CompactGenerator", "Grown"]


class CompactGenerator(Generator):
    """(z, position) → features on a lattice → stages of ×2 → pixels. ``generator_width`` is the lattice's channels.

    Levels of detail are further stages above those of level 0: a fine patch continues the features of the level-0 patch
    that it lies in, and RGB is a sum over stages, so that a coarse level is nearly the average of the finer ones.
    """

    def __init__(self, config: ModelConfig) -> None:
        """Build with fresh weights; stages are numbered from the lattice, so that a smaller patch's weights fit.

        Raises:
            ConfigError: the room's numbers are not among the latents.
        """
        super().__init__(config)
        widths, units = compact_widths(config), config.field_width
        self.scene = None if config.objects is None else ObjectScene.of(config)
        self.place = nn.Linear(position_features(config), units)
        self.style = nn.Sequential(
            nn.Linear(config.z_dim + (len(self.scene.looks) if self.scene else 0), units),
            nn.LeakyReLU(SLOPE),
            nn.Linear(units, units),
            nn.LeakyReLU(SLOPE),
            nn.Linear(units, 2 * units * (FIELD_DEPTH + 1)),
        )
        self.field = nn.ModuleList(nn.Linear(units, units) for _ in range(FIELD_DEPTH))
        self.lattice = nn.Linear(units, widths[0])
        self.levels = nn.ModuleList(Stage(a, b) for a, b in pairwise(widths))  # tensors' name in every checkpoint
        self.rgb = nn.ModuleList(nn.Conv2d(width, 3, 1) for width in widths)
        self.apply(initialise)
        with torch.no_grad():
            self.style[-1].get_parameter("weight").mul_(0.5)  # the products of place and style start moderate
        for head in self.rgb:
            nn.init.normal_(head.get_parameter("weight"), std=0.01)  # the sum of all heads starts well inside [−1, 1]
        self.walls = nn.ModuleList()
        if config.room is not None:
            self.walls.extend(nn.Conv2d(ROOM_FEATURES, width, 1, bias=False) for width in widths)
            for stage, mix in enumerate(self.walls):
                if stage > self.base_stages:
                    nn.init.normal_(mix.get_parameter("weight"), std=0.15)
                else:  # nothing at first, so that a trained G of one level can be given them
                    nn.init.zeros_(mix.get_parameter("weight"))
            _require_named(config, config.room)
        self.surfaces: SurfaceTextures | None = None
        if config.surface_textures:
            told = config.z_dim + (len(self.scene.looks) if self.scene else 0)
            self.surfaces = SurfaceTextures(widths, told=told, mixed=config.mixed_textures)
            self.surfaces.reset()
        self.objects: ObjectLayers | None = None
        if self.scene is not None:
            self.objects = ObjectLayers(
                self.scene,
                named=len(config.latent_names),
                z_dim=config.z_dim,
                widths=widths,
                rank=config.paint_rank,
                textured=config.object_textures,
            )
            self.objects.apply(initialise)
            self.objects.reset()

    @property
    def base_stages(self) -> int:
        """Stages from the lattice to level 0's pixels."""
        return base_stages(self.config)

    def base_parameters(self) -> list[nn.Parameter]:
        """The weights of level 0, where there are finer ones, but textures: a place in them is seen seldom enough."""
        if self.config.grid.levels == 1:
            return []
        first = self.base_stages + 1
        fine = nn.ModuleList([*self.levels[self.base_stages :], *self.rgb[first:], *self.walls[first:]])
        of_objects = [] if self.objects is None else self.objects.parameters_from(first)
        textures = [] if self.surfaces is None else self.surfaces.parameters()
        known = {id(parameter) for parameter in (*fine.parameters(), *of_objects, *textures)}
        return [parameter for parameter in self.parameters() if id(parameter) not in known]

    def object_parameters(self) -> list[nn.Parameter]:
        """The rows of objects, and what z says of each."""
        return [] if self.objects is None else self.objects.own_parameters()

    def first_layers(self) -> list[nn.Module]:
        """What decides the lattice's features: the field network and what it is given."""
        return [self.place, self.style, self.field, self.lattice]

    def forward(self, z: Tensor, coordinates: Tensor) -> Tensor:
        """Micro patches (B, 3, s, s) in [−1, 1] from z (B, z_dim) and micro coordinates (B, 2 or 3) of level 0."""
        return self.block(z, self._corners(coordinates), (1, 1))

    def block(self, z: Tensor, corners: Tensor, shape: tuple[int, int], level: int = 0) -> Tensor:
        """``shape`` = (rows, columns) neighbouring patches of a level in one pass.

        ``corners`` (B, 2) are the (row, column) of the top-left ones, whole numbers but on level 0. Returns (B, 3,
        rows·s, columns·s). Costs nothing outside of the block but margins, whatever the level.
        """
        s, corners = self.config.grid.patch_px, corners.to(z)
        # on level 0 the lattice moves along with corners between grid points, as continuous sampling wants
        shift = torch.zeros_like(corners) if level else corners * BASE
        pixels = (corners * s).round().long() if level else torch.zeros_like(corners, dtype=torch.long)
        areas = areas_below(pixels, (shape[0] * s, shape[1] * s), self.base_stages + level)
        placed = self.place(self.positions(areas[0], shift))
        grown = self.grow(self.start(z, placed, areas[0], shift), areas[1:], shift, first=1)
        return crop(grown.rgb, MARGIN)

    def start(self, z: Tensor, placed: Tensor, area: Area, shift: Tensor) -> "Grown":
        """The lattice's features and their RGB from placed positions (B or 1, h, w, field_width)."""
        room = self.room(z)
        x = self._with_room(self.features(z, placed), room, area, shift, stage=0)
        rgb = self.rgb[0](x).to(self.place.weight)  # the sum over stages is not to be rounded to 8 bits under autocast
        return Grown(x, rgb, room)

    def room(self, z: Tensor) -> "Room | None":
        """What z (B, z_dim) says of the room around the viewer, if the model knows rooms."""
        if self.config.room is None:
            return None
        walls = room_of(z, self.config.latent_names, self.config.room)
        return Room(walls, None if self.objects is None else self.objects.prepare(z, walls), self._amounts(z))

    def _amounts(self, z: Tensor) -> Tensor | None:
        """How much of each texture is shown, where z says so."""
        if self.surfaces is None or self.surfaces.amounts is None:
            return None
        amounts: Tensor = self.surfaces.amounts(self._told(z))
        return amounts

    def _told(self, z: Tensor) -> Tensor:
        """z and, where objects are known, what is derived from it."""
        return z if self.scene is None else told_of(self.scene, z)

    def grow(self, grown: "Grown", areas: list[Area], shift: Tensor, *, first: int) -> "Grown":
        """On through the stages from ``first`` on, each over just the cells of its area and a margin.

        ``shift`` (B, 2) is in lattice cells.
        """
        for stage, area in enumerate(areas, first):
            grown = self._grow_once(grown, area, shift * 2**stage, stage)
        return grown

    def _grow_once(self, grown: "Grown", area: Area, shift: Tensor, stage: int) -> "Grown":
        """One stage: features and RGB with a margin of MARGIN cells → those of ``area`` on twice the lattice."""
        level = self.levels[stage - 1]
        assert isinstance(level, Stage)
        x = area.cut(level.up(F.leaky_relu(grown.x, SLOPE)), MARGIN + 1)
        x = self._with_room(x, grown.room, area, shift, stage=stage, margin=MARGIN + 1)
        x = level.refine(F.leaky_relu(x, SLOPE))
        # bilinear ×2 would need pixels outside at its rim; cropping back to the margin removes just those
        wide = crop(F.interpolate(grown.rgb, scale_factor=2, mode="bilinear"), MARGIN - 1)
        return Grown(x, crop(area.cut(wide, MARGIN + 1), 1) + self.rgb[stage](x), grown.room)

    def _with_room(
        self, x: Tensor, room: "Room | None", area: Area, shift: Tensor, *, stage: int, margin: int = MARGIN
    ) -> Tensor:
        """Add what is known of the room's walls and objects to features of an area and its margin."""
        box = self.config.room
        if box is None or room is None:
            return x
        ys, xs = self._shares(area, shift, stage, margin)
        rays = view_rays(ys, xs, box)
        places, cell_rad, bare = WallPlaces.of(room.walls, rays), cell_angle_rad(self.config.grid, stage), None
        seen = room_features(places, stage)
        mixed: Tensor = x + self.walls[stage](seen.contiguous(memory_format=torch.channels_last))
        if self.objects is not None and room.objects is not None:
            rooms = len(room.walls)
            yaws, pitches = view_yaws(xs, box).expand(rooms, -1), view_pitches(ys, box).expand(rooms, -1)
            seen_by = Rays(rays.expand(rooms, -1, -1, -1), yaws, pitches, cell_rad)
            added, bare = self.objects(room.objects, room.walls, seen_by, stage)
            mixed = mixed + added
        if self.surfaces is not None and stage >= TEXTURED_FROM:
            mixing = None if room.amounts is None else Mixing(room.amounts, room.walls, bare)
            mixed = mixed + self.surfaces(places, cell_rad, stage, mixing)
        return mixed

    def _shares(self, area: Area, shift: Tensor, stage: int, margin: int) -> tuple[Tensor, Tensor]:
        """Middles of an area's cells and its margin's as shares of the panorama: rows (B, h) and columns (B, w).

        Of the trained image: beyond it they are below 0 or above 1.
        """
        inner, beyond = self.config.grid.inner, self.config.grid.beyond
        counts = inner.rows * BASE * 2**stage, inner.columns * BASE * 2**stage
        outside = beyond * BASE * 2**stage, 0 if inner.wraps else beyond * BASE * 2**stage
        ys, xs = (
            (
                area.top_left[:, axis, None]
                - outside[axis]
                + shift[:, axis, None]
                + torch.arange(-margin, area.size[axis] + margin).to(shift)
                + 0.5
            )
            / counts[axis]
            for axis in (0, 1)
        )
        return ys, xs

    def placed(self, ids: Tensor) -> Tensor:
        """Positions of single patches (row, column) of level 0, placed: (B, 2) → (B, h, w, field_width)."""
        area = areas_below(torch.zeros_like(ids), (self.config.grid.patch_px,) * 2, self.base_stages)[0]
        placed: Tensor = self.place(self.positions(area, ids.to(self.place.weight) * BASE))
        return placed.detach()

    def _corners(self, coordinates: Tensor) -> Tensor:
        """(row, column) of micro coordinates, undoing PatchGrid.micro_coordinates; fractional where they are."""
        grid, beyond = self.config.grid.inner, self.config.grid.beyond
        row = (coordinates[:, 0] + 1) / 2 * (grid.rows - 1) + beyond
        if grid.wraps:
            column = (torch.atan2(coordinates[:, 2], coordinates[:, 1]) / math.pi + 1) / 2 * grid.columns
        else:
            column = (coordinates[:, 1] + 1) / 2 * (grid.columns - 1) + beyond
        return torch.stack([row, column], 1)

    def positions(self, area: Area, shift: Tensor) -> Tensor:
        """Fourier features (B, h, w, n) of an area's lattice cells and its margin's."""
        return position_waves(*self._shares(area, shift, 0, MARGIN), wraps=self.config.grid.wraps)

    def features(self, z: Tensor, place: Tensor) -> Tensor:
        """The field: z (B, z_dim) and placed positions (B or 1, h, w, field_width) → (B, C, h, w)."""
        scales, shifts = self.style(self._told(z))[:, None, None].chunk(2, -1)
        (scale, *deeper), (shift, *later) = (part.chunk(FIELD_DEPTH + 1, -1) for part in (scales, shifts))
        x = F.leaky_relu(place * (1 + scale) + shift, SLOPE)
        for layer, scale, shift in zip(self.field, deeper, later, strict=True):
            x = x + F.leaky_relu(layer(x) * (1 + scale) + shift, SLOPE)
        cells: Tensor = self.lattice(x)
        return cells.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


class Room(NamedTuple):
    """What z says of the room.

    Attributes:
        walls: its box (B, 6) of ``room_of``.
        objects: if the model knows them.
        amounts: (B, n) of its textures, if z mixes them.
    """

    walls: Tensor
    objects: KnownObjects | None
    amounts: Tensor | None


class Grown(NamedTuple):
    """What stages hand on: features and RGB with a margin, and the room if there is one."""

    x: Tensor
    rgb: Tensor
    room: Room | None


def _require_named(config: ModelConfig, box: RoomLatents) -> None:
    missing = [name for name in box.names if name not in config.latent_names]
    if missing:
        raise ConfigError(
            f"model: room coordinates need the latents {', '.join(missing)}, and the data do not name them; "
            "leave out --model.room"
        )
