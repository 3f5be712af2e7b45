"""Frozen settings of a model and how they travel as JSON. Knows no tensors."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self, TypeVar, get_args, get_origin, get_type_hints

from cocogan_core.errors import ConfigError
from cocogan_core.geometry.grid import PatchGrid

__all__ = ["GeneratorKind", "ModelConfig"]

GeneratorKind = Literal["micro", "full", "multiple"]

T = TypeVar("T")

# Far beyond any model of the paper; a checkpoint that asks for more is broken, and is refused before it costs memory.
LARGEST = {"z_dim": 65536, "generator_width": 4096, "discriminator_width": 4096}
MOST_PATCHES = 65536
LARGEST_PATCH_PX = 1024


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """Everything that fixes the shape of G and D.

    Attributes:
        grid: how the full image is cut.
        z_dim: length of the latent vector z ~ U[−1, 1].
        latent_names: what the first entries of z mean, as ``"group.name"``; empty where nothing has a name.
        architecture: ``"paper"`` (Fig. 13, 14) or ``"compact"`` (small, made for two CPU cores).
        generator_width: channels of the last stage of the paper's G (64 in the paper), or of the compact G's base.
        discriminator_width: channels of D's first stage (64 in the paper).
        spatial_head: what head A predicts: the whole macro coordinate, or only its vertical, since under a
            random yaw the real angle cannot be known.
        content_head: whether D has head Q, which predicts z.
        generator: what one pass of G makes: a micro patch; or the full image (ablation "optimal G", paper §4.4); or a
            micro patch, by a generator of its own for each (ablation "multiple G").
    """

    grid: PatchGrid = field(default_factory=PatchGrid)
    z_dim: int = 128
    latent_names: tuple[str, ...] = ()
    architecture: Literal["paper", "compact"] = "paper"
    generator_width: int = 64
    discriminator_width: int = 64
    spatial_head: Literal["full", "vertical"] = "full"
    content_head: bool = False
    generator: GeneratorKind = "micro"

    def __post_init__(self) -> None:
        """Refuse impossible settings early, in the user's words.

        Raises:
            ConfigError: what is wrong and what would be right.
        """
        if self.grid.patch_px < 4 or self.grid.patch_px & (self.grid.patch_px - 1):
            raise ConfigError(f"model: patch_px is {self.grid.patch_px}; it must be a power of two, at least 4")
        for name, most in LARGEST.items():
            if not 1 <= getattr(self, name) <= most:
                raise ConfigError(f"model: {name} is {getattr(self, name)}; it must be between 1 and {most}")
        if self.grid.rows * self.grid.columns > MOST_PATCHES or self.grid.patch_px > LARGEST_PATCH_PX:
            raise ConfigError(f"model: {self.grid.height_px}×{self.grid.width_px} pixels are more than any model here")
        if len(self.latent_names) > self.z_dim or len(set(self.latent_names)) < len(self.latent_names):
            raise ConfigError(
                f"model: {len(self.latent_names)} latent names must be distinct and at most z_dim={self.z_dim}"
            )

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
        grid = _checked(PatchGrid, values.pop("grid", {}))
        values["latent_names"] = tuple(values.get("latent_names", ()))
        return _checked(cls, {**values, "grid": grid})


def _checked(cls: type[T], values: object) -> T:
    """Build a settings class from untrusted values: every name known, every value of its annotated type."""
    if not isinstance(values, dict):
        raise ConfigError(f"{cls.__name__}: expected an object of settings, found {type(values).__name__}")
    hints = get_type_hints(cls)
    for name, value in values.items():
        if name not in hints:
            raise ConfigError(f"{cls.__name__}: unknown setting {name!r}; this file may come from a newer version")
        if not _fits(value, hints[name]):
            raise ConfigError(f"{cls.__name__}: {name} is {value!r}, which is not {hints[name]}")
    return cls(**values)


def _fits(value: object, hint: object) -> bool:
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if get_origin(hint) is tuple:
        return isinstance(value, tuple) and all(isinstance(entry, get_args(hint)[0]) for entry in value)
    return isinstance(hint, type) and isinstance(value, hint) and isinstance(value, bool) == (hint is bool)
