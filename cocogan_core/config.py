"""Frozen settings of a model and how they travel as JSON. Knows no tensors."""

import math
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

from cocogan_core.errors import ConfigError
from cocogan_core.geometry.derived import DerivedNumber
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.geometry.objects import RoomObject, RoomObjects, Slot, Tiling
from cocogan_core.geometry.projection import Projection
from cocogan_core.geometry.symmetry import Front, RoomSymmetry
from cocogan_core.settings_reader import read_settings
from cocogan_core.text import printable

__all__ = ["Conditioning", "GeneratorKind", "ModelConfig", "RoomLatents", "require_built_as_now"]

GeneratorKind = Literal["micro", "full", "multiple"]
Conditioning = Literal["mlp", "linear"]


# Far beyond any model of the paper; a checkpoint that asks for more is broken, and is refused before it costs memory.
RANGES = {
    "z_dim": (1, 65536), "generator_width": (1, 4096), "discriminator_width": (1, 4096), "field_width": (1, 4096),
    "paint_rank": (0, 96), "generator_taper": (0.6, 1.0),  # painting has 96 numbers
}  # fmt: skip
FIELD_GROUP = 16  # units of the field network, for whole vectors of any processor
MOST_TEXTURES = 8
MOST_PATCHES = 4096  # of level 0; the paper's finest grid has 1024
MOST_SEPARATE = 256  # generators of the ablation "multiple G"; the paper has 16
MOST_PIXELS, LONGEST_SIDE_PX = 1 << 25, 16384  # of level 0, all of which the viewer keeps in a texture
LARGEST_PATCH_PX = 1024
LONGEST_NAME = 100


@dataclass(frozen=True, kw_only=True)
class RoomLatents:
    """Which entries of z say how large a box-shaped room is and where in it the viewer stands.

    Attributes:
        names: of the latents for width, depth, height, and the viewer's offset from the middle to the right and ahead.
        width_m, depth_m, height_m, viewer_right_m, viewer_forward_m: metres at −1 and at 1 of each of them.
        eye_m: height of the viewer's eye over the floor in metres.
        projection: of the panoramas.
        width_px: of the panorama whose first pixel's middle is yaw 0.
        front: where yaw 0 lies instead, if it is ``"edge"``: at the left edge.
    """

    names: tuple[str, ...] = (
        *("room.width", "room.depth", "room.height"), *("room.viewer_right", "room.viewer_forward"),
    )  # fmt: skip
    width_m: tuple[float, ...] = (4.2, 5.6)
    depth_m: tuple[float, ...] = (4.0, 5.2)
    height_m: tuple[float, ...] = (2.45, 2.95)
    viewer_right_m: tuple[float, ...] = (-0.1, 0.6)
    viewer_forward_m: tuple[float, ...] = (-0.5, 0.5)
    eye_m: float = 1.5
    projection: Projection = field(default_factory=lambda: Projection.of_aspect("mercator", 3))
    width_px: int = 768
    front: Front = "pixel"

    def __post_init__(self) -> None:
        """Refuse boxes that the viewer cannot stand in.

        Raises:
            ConfigError: what is wrong and what would be right.
        """
        spans = {name: getattr(self, name) for name in ROOM_SPANS}
        for name, span in spans.items():
            if len(span) != 2 or not all(abs(metres) < FARTHEST_M for metres in span):  # NaN too
                raise ConfigError(f"room: {name} is {span}; it must be two lengths below {FARTHEST_M} m")
        away = {"width_m": "viewer_right_m", "depth_m": "viewer_forward_m"}
        roomy = all(min(spans[size]) / 2 > max(map(abs, spans[offset])) for size, offset in away.items())
        if not roomy or not 0 < self.eye_m < min(self.height_m) or self.width_px < 1 or len(self.names) != len(spans):
            raise ConfigError("room: the viewer must stand between the walls, floor and ceiling, and have five numbers")

    @property
    def front_share(self) -> float:
        """Where yaw 0 lies, as a share of the panorama's width from its left edge."""
        return 0.0 if self.front == "edge" else 0.5 / self.width_px


ROOM_SPANS = ("width_m", "depth_m", "height_m", "viewer_right_m", "viewer_forward_m")
FARTHEST_M = 1000.0


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """Everything that fixes the shape of G and D.

    Attributes:
        grid: how the full image is cut.
        z_dim: length of the latent vector z ~ U[−1, 1].
        latent_names: what the first entries of z mean, as ``"group.name"``; empty where nothing has a name.
        architecture: ``"paper"`` (Fig. 13, 14) or ``"compact"`` (small, made for two CPU cores).
        generator_width: channels of the last stage of the paper's G (64 in the paper), or of the compact G's base.
        generator_taper: channels of each of the compact G's stages, as a share of those of the one before.
        discriminator_width: channels of D's first stage (64 in the paper).
        field_width: units of each layer of the compact G's field network, which decides the lattice's features.
        paint_rank: numbers by which the compact G's z says how an object looks, on all stages alike, each of which has
            a layer from them to its channels; 0: each stage has a layer from z of its own, which is many more weights.
        spatial_head: what head A predicts: the whole macro coordinate, or only its vertical, since under a
            random yaw the real angle cannot be known.
        content_head: whether D has head Q, which predicts z.
        generator: what one pass of G makes: a micro patch; or the full image (ablation "optimal G", paper §3.7); or a
            micro patch, by a generator of its own for each (ablation "multiple G").
        conditioning: of the paper's networks: "mlp", conditional norms of two MLPs and heads with two norms, as the
            paper has them; "linear", one layer and one norm, as its published code and our checkpoints of before.
        room: gives the compact G the place of every pixel on a room's walls, where latents name the room's size.
        objects: gives it the place of every pixel on the room's objects too, where latents name their places and sizes.
        surface_textures: gives it learned textures on the room's faces, of which it makes what has fixed places there.
        mixed_textures: features of each, of which z says how much is shown, less what objects hide; on upright walls
            they count from the floor. 0: there are 2, always shown, through objects too, counted from faces' middles.
        object_textures: gives it learned textures on the room's objects, too.
        symmetry: says that G knows rooms that stand upright only, and how every other room is one of these.
    """

    grid: PatchGrid = field(default_factory=PatchGrid)
    z_dim: int = 128
    latent_names: tuple[str, ...] = ()
    architecture: Literal["paper", "compact"] = "paper"
    generator_width: int = 64
    generator_taper: float = 0.6
    discriminator_width: int = 64
    field_width: int = 384
    paint_rank: int = 0
    spatial_head: Literal["full", "vertical"] = "full"
    content_head: bool = False
    generator: GeneratorKind = "micro"
    conditioning: Conditioning = "linear"
    room: RoomLatents | None = None
    objects: RoomObjects | None = None
    surface_textures: bool = False
    mixed_textures: int = 0
    object_textures: bool = False
    symmetry: RoomSymmetry | None = None

    def __post_init__(self) -> None:
        """Refuse impossible settings early, in the user's words.

        Raises:
            ConfigError: what is wrong and what would be right.
        """
        if self.grid.patch_px < 4 or self.grid.patch_px & (self.grid.patch_px - 1):
            raise ConfigError(f"model: patch_px is {self.grid.patch_px}; it must be a power of two, at least 4")
        for name, (least, most) in RANGES.items():
            if not least <= getattr(self, name) <= most:
                raise ConfigError(f"model: {name} is {getattr(self, name)}; it must be between {least} and {most}")
        if self.field_width % FIELD_GROUP:
            raise ConfigError(f"model: field_width is {self.field_width}; it must be a multiple of {FIELD_GROUP}")
        self._require_affordable()
        if self.grid.beyond and self.generator != "micro":
            raise ConfigError(f"model: a {self.generator} generator knows no coordinates beyond the image: beyond is 0")
        self._require_levels()
        if self.objects is not None:
            if self.room is None:
                raise ConfigError("model: object coordinates need room coordinates")
            self.objects.require_named(self.latent_names)
        self._require_textures()
        if self.symmetry is not None:
            self._require_turnable(self.symmetry)
        if not all(name and printable(name, LONGEST_NAME) == name for name in self.latent_names):
            raise ConfigError(
                f"model: latent names must be 1 to {LONGEST_NAME} characters that can be seen, found "
                f"{printable(repr(self.latent_names))}"
            )
        if len(self.latent_names) > self.z_dim or len(set(self.latent_names)) < len(self.latent_names):
            raise ConfigError(
                f"model: {len(self.latent_names)} latent names must be distinct and at most z_dim={self.z_dim}"
            )

    def _require_textures(self) -> None:
        if self.surface_textures and self.room is None:
            raise ConfigError("model: surface textures need room coordinates")
        if self.object_textures and self.objects is None:
            raise ConfigError("model: object textures need object coordinates")
        if self.mixed_textures % 2 or not 0 <= self.mixed_textures <= MOST_TEXTURES:
            raise ConfigError(
                f"model: mixed_textures is {self.mixed_textures}; it must be even and between 0 and {MOST_TEXTURES}"
            )

    @property
    def least_weights(self) -> int:
        """How many numbers G has at the very least: those of one of its first layers."""
        if self.architecture == "paper":
            return 16 * 4 * self.generator_width * self.z_dim  # z to 2×2 cells of 16 times the width (Fig. 13a)
        return 4 * self.generator_width**2  # a 3×3 kernel from the base's channels to 0.6 times as many

    def _require_affordable(self) -> None:
        """Sizes that a window can hold, before anything is made of that size."""
        grid = self.grid
        patches = grid.rows * grid.columns
        if patches > (most := MOST_SEPARATE if self.generator == "multiple" else MOST_PATCHES):
            raise ConfigError(f"model: {grid.rows}×{grid.columns} micro patches; at most {most} are made")
        if (
            grid.patch_px > LARGEST_PATCH_PX
            or max(grid.height_px, grid.width_px) > LONGEST_SIDE_PX
            or grid.height_px * grid.width_px > MOST_PIXELS
        ):
            raise ConfigError(
                f"model: {grid.width_px}×{grid.height_px} pixels in patches of {grid.patch_px}; at most "
                f"{LONGEST_SIDE_PX} a side, {MOST_PIXELS} in all and patches of {LARGEST_PATCH_PX} are made"
            )

    def _require_levels(self) -> None:
        """Levels and room coordinates are parts of the compact G alone."""
        plain = self.architecture == "paper" or self.generator != "micro"
        most = 1 if plain else self.grid.patch_px.bit_length()  # a finest patch within one pixel of level 0
        if self.grid.levels > most:
            raise ConfigError(
                f"model: {self.grid.levels} levels; this one has at most {most} (only the compact G has more than 1)"
            )
        if self.room is None:
            return
        if plain or not self.grid.wraps:
            raise ConfigError("model: room coordinates need --model.architecture compact and cylindrical pictures")
        self._require_pitches(self.room.projection)

    def _require_pitches(self, trained: Projection) -> None:
        """Rows beyond the trained image have a direction, which room coordinates are worked out from."""
        top_rad = trained.half_extent_rad * self.grid.rows / self.grid.inner.rows
        if trained.kind == "equirectangular" and top_rad > math.pi / 2 + 1e-9:
            raise ConfigError(
                f"model: {self.grid.beyond} rows beyond the image lie beyond the poles; beyond is too large"
            )

    def require_any_way(self, task: str) -> None:
        """Refuse to use G's network by itself for ``task`` where only upright rooms are its own.

        Raises:
            ConfigError: the model has a symmetry, so that z and places must be moved before they are G's.
        """
        if self.symmetry is not None:
            raise ConfigError(
                f"{task} works on models without a symmetry; this one knows rooms that stand upright only"
            )

    def _require_turnable(self, symmetry: RoomSymmetry) -> None:
        """A turned panorama is whole patches further, and a mirrored one the same columns backwards."""
        if not self.grid.wraps or self.grid.columns % 4:
            raise ConfigError(f"symmetry: needs cylindrical pictures of 4, 8, 12 … patches, not {self.grid.columns}")
        if self.room is not None and self.room.front != "edge":
            raise ConfigError("symmetry: the room's front must lie at the panorama's left edge")
        symmetry.require_fit(self.latent_names)

    def to_json(self) -> dict[str, Any]:
        """Plain dictionary for a checkpoint's metadata; inverse of :meth:`from_json`."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read what :meth:`to_json` wrote.

        Raises:
            ConfigError: an unknown or missing name, or a value of the wrong type or range.
        """
        values = dict(data)
        grid, room = read_settings(PatchGrid, values.pop("grid", {})), values.pop("room", None)
        symmetry, objects = values.pop("symmetry", None), values.pop("objects", None)
        parts = {
            "objects": None if objects is None else _objects_from(objects),
            "room": None if room is None else _room_from(room),
            "symmetry": None if symmetry is None else read_settings(RoomSymmetry, symmetry),
        }
        model = read_settings(cls, {**values, "grid": grid, **parts})
        if "conditioning" not in data:
            require_built_as_now(model.architecture, model.generator, grid.patch_px)
        return model


def require_built_as_now(architecture: object, generator: object, patch_px: object) -> None:
    """Refuse a model of a version before :attr:`ModelConfig.conditioning` whose networks are built otherwise now.

    Raises:
        ConfigError: the paper's G for patches of less than 16 pixels, which had fewer blocks then.
    """
    if architecture == "paper" and generator != "full" and isinstance(patch_px, int) and patch_px < 16:
        raise ConfigError(
            f"model: an earlier version made this file, and its G for {patch_px}-pixel patches had fewer blocks than "
            "the paper's (Appendix C), which are built now; train it anew"
        )


def _room_from(data: object) -> RoomLatents:
    """A room box from JSON."""
    if not isinstance(data, dict):
        raise ConfigError(f"RoomLatents: expected an object of settings, found {type(data).__name__}")
    return read_settings(RoomLatents, {**data, "projection": read_settings(Projection, data.get("projection", {}))})


def _objects_from(data: object) -> RoomObjects:
    """Objects of a room from JSON."""
    if not isinstance(data, dict) or not isinstance(entries := data.get("objects"), list | tuple):
        raise ConfigError("RoomObjects: expected an object of settings with a list of objects")
    parts: dict[str, object] = {"objects": tuple(read_settings(RoomObject, entry) for entry in entries)}
    for name, kind in (("derived", DerivedNumber), ("tilings", Tiling), ("slots", Slot)):
        if not isinstance(listed := data.get(name, ()), list | tuple):
            raise ConfigError(f"RoomObjects: {name} must be a list")
        parts[name] = tuple(read_settings(kind, entry) for entry in listed)
    return read_settings(RoomObjects, data | parts)
