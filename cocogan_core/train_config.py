"""What a training run does, as one frozen dataclass; its docstrings are the command's ``--help``."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from cocogan_core.config import ModelConfig
from cocogan_core.coordinates import PatchGrid
from cocogan_core.errors import ConfigError

__all__ = ["PRESETS", "TrainConfig"]


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """Settings of one run. The same command again goes on where the run stopped."""

    data: Path = Path("data/rooms")
    """folder of prepared pictures (`cocogan rooms`)"""
    run: Path = Path("runs/default")
    """folder of the run: state, checkpoint, sheets, log"""
    init: Path | None = None
    """checkpoint to start from; one with smaller patches grows, its new levels start fresh"""
    images: int = 1_000_000
    """stop after this many images (panoramas, or macro patches of them)"""
    batch: int = 16
    """images a step"""
    seed: int = 0
    """all randomness is a function of this and of the images seen"""
    model: ModelConfig = field(default_factory=ModelConfig)
    """shape of G and D"""
    objective: Literal["adversarial", "regression"] = "adversarial"
    """adversarial: the paper's; regression: warm-up, L1 from named parameters to whole panoramas"""
    loss: Literal["wasserstein", "hinge", "nonsaturating"] = "wasserstein"
    """adversarial loss; the paper's is wasserstein"""
    gradient_penalty: float = 10.0
    """λ of WGAN-GP (paper: 10); 0 switches it off"""
    r1: float = 0.0
    """weight of R1 on real patches, a cheaper penalty for hinge and nonsaturating; 0 switches it off"""
    r1_every: int = 8
    """steps between R1 penalties, which are scaled up to match (lazy regularisation)"""
    spatial_weight: float = 100.0
    """α of the spatial consistency loss through head A (paper: 100)"""
    content_weight: float = 0.0
    """weight of the content loss through head Q; it learns named parameters from real patches, else z from made ones"""
    regression_weight: float = 0.0
    """in adversarial runs: weight of L1 to the real patch of the same named parameters, which keeps sliders true"""
    generator_rate: float = 1e-4
    """Adam's rate for G (paper: 1e-4)"""
    discriminator_rate: float = 4e-4
    """Adam's rate for D (paper: 4e-4)"""
    beta1: float = 0.0
    """Adam's β1 (paper: 0)"""
    beta2: float = 0.999
    """Adam's β2 (paper: 0.999)"""
    gradient_clip: float = 0.0
    """G's gradient norm is cut here, so that a rare steep batch does not undo an hour; 0 (paper) never"""
    warmup_images: int = 0
    """images over which the rates rise from 0"""
    final_rate: float = 1.0
    """the rates fall to this share of themselves by the end, along a cosine"""
    ema_images: float = 10_000.0
    """half-life of the exported generator's weight average, in images"""
    roll: bool = False
    """turn each panorama by a random angle (not with named parameters)"""
    flip: bool = False
    """mirror half of the pictures (not with named parameters)"""
    save_every: int = 4000
    """images between saved states, checkpoints and sample sheets"""
    threads: int = 0
    """CPU threads; 0 leaves the choice to torch"""

    def __post_init__(self) -> None:
        """Refuse settings that cannot run.

        Raises:
            ConfigError: what is wrong and what would be right.
        """
        for name in ("images", "batch", "save_every", "r1_every"):
            if getattr(self, name) < 1:
                raise ConfigError(f"--{name.replace('_', '-')} is {getattr(self, name)}; it must be at least 1")


def _compact(patch_px: int) -> ModelConfig:
    return ModelConfig(
        grid=PatchGrid(patch_px=patch_px),
        architecture="compact",
        generator_width=192,
        discriminator_width=16,
        spatial_head="vertical",
        content_head=True,
    )


_ROOMS = TrainConfig(
    model=_compact(64),
    objective="regression",
    generator_rate=3e-3,
    beta1=0.9,
    beta2=0.99,
    warmup_images=1600,
    final_rate=0.02,
    ema_images=500,
    gradient_clip=10.0,
)
_ROOMS_GAN = TrainConfig(
    model=_compact(64),
    loss="nonsaturating",
    gradient_penalty=0,
    r1=1.0,
    spatial_weight=1.0,
    content_weight=1.0,
    regression_weight=10.0,
    generator_rate=3e-4,
    discriminator_rate=1e-3,
    beta2=0.9,
    warmup_images=1600,
    final_rate=0.1,
    ema_images=1000,
    gradient_clip=10.0,
)
_PAPER = TrainConfig(batch=128, save_every=50_000)


def _paper(system: Literal["cylindrical", "planar"], rows: int, columns: int, patch_px: int, macro: int) -> TrainConfig:
    grid = PatchGrid(
        system=system, rows=rows, columns=columns, patch_px=patch_px, macro_rows=macro, macro_columns=macro
    )
    return replace(_PAPER, model=ModelConfig(grid=grid), roll=system == "cylindrical", flip=system == "planar")


PRESETS: dict[str, TrainConfig] = {
    "rooms-warmup": _ROOMS,
    "rooms": _ROOMS_GAN,
    "matterport3d": _paper("cylindrical", 4, 12, 64, 2),
    "celeba64": _paper("planar", 4, 4, 16, 2),
    "celeba128": _paper("planar", 4, 4, 32, 2),
    "celeba128-micro16": _paper("planar", 8, 8, 16, 4),
    "celeba128-micro8": _paper("planar", 16, 16, 8, 8),
    "celeba128-micro4": _paper("planar", 32, 32, 4, 16),
    "lsun64": _paper("planar", 4, 4, 16, 2),
    "lsun256": _paper("planar", 4, 4, 64, 2),
    "celebahq1024": _paper("planar", 4, 4, 256, 2),
}
