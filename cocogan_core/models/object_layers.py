"""What a stage adds of a room's objects to a pixel's features: learned for each object and face, and coloured by z."""

from typing import NamedTuple, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cocogan_core.models.dimensions import OBJECT_FEATURES, PAINT_WIDTH, PAINTED_FROM, SLOPE, SLOT_GAIN
from cocogan_core.models.object_coordinates import Objects, Rays, nearest_objects, slots_of, told_of
from cocogan_core.models.object_maps import ObjectMaps, object_maps
from cocogan_core.models.object_scene import FACES, ObjectScene
from cocogan_core.models.object_textures import ObjectTextures
from cocogan_core.models.sun_shadows import SunShadows
from cocogan_core.models.tile_textures import TileTextures, tile_rates

__all__ = ["KnownObjects", "ObjectLayers"]


class KnownObjects(NamedTuple):
    """What all stages need of a batch of rooms: where objects are and where the sun falls, and what z says of looks.

    That is ``hidden`` (B, PAINT_WIDTH), and ``codes`` of :meth:`ObjectLayers.code`.
    """

    objects: Objects
    shadows: SunShadows | None
    rates: Tensor | None
    hidden: Tensor
    codes: Tensor


class ObjectLayers(nn.Module):
    """Of stages with ``widths`` channels: maps of objects → (B, C, h, w). Adds nothing before it is trained.

    A trained G without objects can therefore be given them. Each of the room's faces and each object, or several that
    look alike, has a row of a table: features, and how much they change a metre along and across. What z says of it
    (its colour, say) comes on top, and one more row for where the sun falls.
    """

    def __init__(
        self, scene: ObjectScene, *, named: int, z_dim: int, widths: list[int], rank: int = 0, textured: bool = False
    ) -> None:
        """``rank`` is the model's ``paint_rank``, ``textured`` its ``object_textures``."""
        super().__init__()
        self.scene, self.widths, rows = scene, widths, scene.row_count
        self.register_buffer("row_of", torch.from_numpy(scene.row_of), persistent=False)
        self.register_buffer("painted_of", torch.from_numpy(scene.painted_of), persistent=False)
        self._told = [*range(z_dim, z_dim + len(scene.looks)), *range(named)]  # all but the unnamed numbers
        self.hidden = nn.Sequential(
            nn.Linear(z_dim + len(scene.looks), PAINT_WIDTH),
            nn.LeakyReLU(SLOPE),
            nn.Linear(PAINT_WIDTH, PAINT_WIDTH),
            nn.LeakyReLU(SLOPE),
        )
        self.slot = nn.Linear(len(scene.slots[0]), rank, bias=False) if scene.slots and rank else None
        self.textures = ObjectTextures(rows - FACES, widths) if textured else None
        self.tiles = TileTextures(scene.tiles.tables, widths) if textured and scene.tiles else None
        self.mix = nn.ModuleList(nn.Conv2d(OBJECT_FEATURES, width, 1, bias=False) for width in widths)
        self.table = nn.ParameterList(torch.zeros(rows, 3 * width) for width in widths)
        painted = widths[PAINTED_FROM:]
        self.codes = nn.Linear(PAINT_WIDTH, (rows + 1) * rank) if rank else None
        if rank:
            self.paint = nn.ModuleList(nn.Linear(rank, width, bias=False) for width in painted)
        else:
            self.paint = nn.ModuleList(nn.Linear(PAINT_WIDTH, (rows + 1) * width) for width in painted)
        self.sunlit: nn.ModuleList | None = None  # what sunlight adds to a surface depends on the surface
        if rank and scene.panes:
            self.sunlit = nn.ModuleList(nn.Linear(rank, width, bias=False) for width in painted)

    def reset(self) -> None:
        """Fresh weights that add nothing. The hidden layers hand on looks and named numbers, each with its negative.

        Or 1 more than it where that is too many, so that it stays above 0, as looks do, whose place is first. A colour
        is then a sum of a few of them from the first step on; from random layers it was found among what the unnamed
        numbers add, and stayed pale for tens of thousands of images.
        """
        for parameter in (*self.mix.parameters(), *self.paint.parameters(), *self.hidden.parameters()):
            nn.init.zeros_(parameter)
        if self.slot is not None:
            nn.init.zeros_(self.slot.weight)
        if self.textures is not None:
            self.textures.reset()
        if self.tiles is not None:
            self.tiles.reset()
        for layer in self.sunlit or ():
            nn.init.zeros_(layer.get_parameter("weight"))
        if self.codes is not None:
            nn.init.zeros_(self.codes.weight)
            for layer in self.paint:
                nn.init.normal_(layer.get_parameter("weight"))
        ways = (1.0, -1.0) if 2 * len(self._told) <= PAINT_WIDTH else (1.0,)
        units = [(number, way) for way in ways for number in self._told][:PAINT_WIDTH]
        first, _, second, _ = self.hidden
        with torch.no_grad():
            for unit, (number, way) in enumerate(units):
                first.get_parameter("weight")[unit, number] = way
            if len(ways) == 1:
                first.get_parameter("bias")[: len(units)] = 1.0
            nn.init.eye_(second.get_parameter("weight"))

    def parameters_from(self, stage: int) -> list[nn.Parameter]:
        """The weights of a stage and of those above it."""
        later = slice(max(0, stage - PAINTED_FROM), None)
        sunlit = () if self.sunlit is None else self.sunlit[later].parameters()
        textures = self._textures()  # of all stages: places are seen seldom
        return [
            *self.mix[stage:].parameters(),
            *self.table[stage:],
            *self.paint[later].parameters(),
            *sunlit,
            *textures,
        ]

    def own_parameters(self) -> list[nn.Parameter]:
        """The weights of which each object, or several that look alike, has its own; what mixes codes comes along."""
        codes = [] if self.codes is None else self.codes.parameters()
        sunlit = () if self.sunlit is None else self.sunlit.parameters()
        slot, textures = [] if self.slot is None else [self.slot.weight], self._textures()
        return [*slot, *self.table, *codes, *self.paint.parameters(), *sunlit, *textures]

    def _textures(self) -> list[nn.Parameter]:
        return [parameter for one in (self.textures, self.tiles) if one is not None for parameter in one.parameters()]

    def forward(self, known: KnownObjects, room: Tensor, rays: Rays, stage: int) -> tuple[Tensor, Tensor]:
        """(B, C, h, w) of a ``stage`` from :meth:`prepare`'s result and the ``room`` (B, 6) of ``room_of``.

        And (B, h, w) how much of each cell no object covers.
        """
        objects, shadows, rates, hidden, codes = known
        tiled = self.tiles is not None and self.tiles.has(stage)
        with torch.no_grad():
            maps = object_maps(
                objects,
                nearest_objects(objects, rays),
                room,
                rays,
                stage,
                shadows=shadows,
                rates=rates if tiled else None,
            )
            rows, painted = (_Rows.of(self.get_buffer(name), maps) for name in ("row_of", "painted_of"))
            objects_only = rows.which.clamp(max=len(self.table[0]) - FACES - 1)
        mixed = self.mix[stage](maps.features.contiguous(memory_format=torch.channels_last))
        if self.textures is not None and self.textures.has(stage):
            mixed = mixed + self.textures(objects_only, maps.places, maps.cover, stage)
        if self.tiles is not None and maps.tiles is not None:
            mixed = mixed + self.tiles(hidden, maps.tiles, maps.cover, stage)
        if self.sunlit is not None and stage >= PAINTED_FROM:
            sunlit = self.sunlit[stage - PAINTED_FROM](codes)
            mixed = mixed + _of_rows(sunlit, painted.which, maps.lit)
        bare = (1 - maps.cover) * (1 - maps.next_cover)
        return _painted(mixed, maps, (rows, painted), self.table[stage], self.painting(codes, stage)), bare

    def painting(self, codes: Tensor, stage: int) -> Tensor:
        """(B, (1 + slots) · rows, C) what z adds to each row, the sun's last; then again of each slot."""
        rows, width = len(self.table[stage]) + 1, self.widths[stage]
        if stage < PAINTED_FROM:
            return codes.new_zeros(()).expand(len(codes), (1 + len(self.scene.slots)) * rows, width)
        painted: Tensor = self.paint[stage - PAINTED_FROM](codes)
        return painted.reshape(len(codes), -1, width)

    def code(self, hidden: Tensor, slots: Tensor | None = None) -> Tensor:
        """(B, (1 + slots) · rows, rank) what z says of each row, the sun's last; ``hidden`` itself without rank.

        What is told of a slot, less 1, is mixed alike for all rows, each of which has its share of it. Weights are
        SLOT_GAIN times what is stored.
        """
        if self.codes is None:
            return hidden
        codes: Tensor = self.codes(hidden).view(len(hidden), 1, len(self.table[0]) + 1, -1)
        if self.slot is not None and slots is not None:
            shares = torch.as_tensor(self.scene.shares).to(slots)
            codes = torch.cat([codes, codes + self.slot((slots[:, :, None] - 1) * shares * SLOT_GAIN)], 1)
        return codes.flatten(1, 2)

    def prepare(self, z: Tensor, room: Tensor) -> KnownObjects:
        """Of z (B, z_dim) and the ``room`` (B, 6) of ``room_of``."""
        objects = Objects.of(self.scene, z)
        shadows = SunShadows.of(objects, room[:, 5].detach()) if self.scene.panes else None
        rates = None if self.tiles is None or self.scene.tiles is None else tile_rates(self.scene.tiles, objects.sides)
        slots = None if self.slot is None else slots_of(self.scene, z)
        hidden = self.hidden(told_of(self.scene, z))
        return KnownObjects(objects, shadows, rates, hidden, self.code(hidden, slots))


class _Rows(NamedTuple):
    """Rows (B, h, w) of what is seen, of what is behind it, and of the room's face behind both."""

    which: Tensor
    behind: Tensor
    face: Tensor

    @classmethod
    def of(cls, rows: Tensor, maps: ObjectMaps) -> Self:
        """By the row (T + FACES,) of each object and face."""
        return cls(rows[maps.which], rows[maps.behind], rows[maps.face])


def _of_rows(rows: Tensor, which: Tensor, share: Tensor) -> Tensor:
    """(B, C, h, w) the row (B, K, C) of what each cell (B, h, w) shows, as much as its ``share``."""
    first = torch.arange(len(rows), device=rows.device)[:, None, None] * rows.shape[1]
    found = F.embedding(which + first, rows.flatten(0, 1))
    return (share[..., None].to(found.dtype) * found).movedim(-1, 1)


def _painted(mixed: Tensor, maps: ObjectMaps, rows: tuple[_Rows, _Rows], table: Tensor, paint: Tensor) -> Tensor:
    """Add the ``rows`` of what is seen and what lies behind it, from tables (K, 3C) and, of z, (B, n · (K + 1), C)."""
    learned, told = rows
    table, paint = table.to(mixed.dtype), paint.to(mixed.dtype)
    given = (maps.cover, maps.next_cover, maps.along, maps.across, maps.lit)
    cover, next_cover, along, across, lit = (x[..., None].to(mixed.dtype) for x in given)
    width = paint.shape[-1]
    own = torch.arange(len(paint), device=paint.device)[:, None, None] * paint.shape[1]
    flags, flat = table[:, :width], paint.flatten(0, 1)
    flag, right, up = torch.split(F.embedding(learned.which, table), width, -1)
    front = flag + F.embedding(told.which + own, flat) + along * right + across * up
    behind, face = (
        F.embedding(row, flags) + F.embedding(paint_row + own, flat)
        for row, paint_row in ((learned.behind, told.behind), (learned.face, told.face))
    )
    rest = next_cover * behind + (1 - next_cover) * face
    added: Tensor = cover * front + (1 - cover) * rest + lit * paint[:, None, None, len(table)]
    return mixed + added.movedim(-1, 1)
