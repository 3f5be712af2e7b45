"""What a training run does, as one frozen dataclass; its docstrings are the command's ``--help``. Knows no torch."""

import math
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Literal, Self

from cocogan_core.config import GeneratorKind, ModelConfig
from cocogan_core.data.rooms.placement import symmetry_of
from cocogan_core.errors import ConfigError
from cocogan_core.geometry.grid import PatchGrid
from cocogan_core.training.rooms import TrainingSource, room_latents, room_objects_of

__all__ = ["PRESETS", "AdversarialLoss", "Augmentation", "Precision", "TrainConfig", "TrainingSource"]

LARGEST_SEED = 2**31 - 1  # as of rooms

AdversarialLoss = Literal["wasserstein", "hinge", "nonsaturating"]
Augmentation = Literal["color", "translation", "cutout"]
Precision = Literal["float32", "bfloat16", "float16"]


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """Settings of one run. The same command again goes on where the run stopped."""

    data: Path = Path("data/rooms")
    """folder of prepared pictures (`cocogan rooms`)"""
    run: Path = Path("runs/default")
    """folder of the run: state, checkpoint, sheets, log"""
    init: tuple[Path, ...] = ()
    """checkpoints to start from, later ones over earlier ones as far as they fit: one with smaller patches grows by
    fresh levels, one with larger patches shrinks; large.safetensors small.safetensors puts a small one back"""
    images: int = 1_000_000
    """stop after this many images (panoramas, or macro patches of them); a larger number later goes on"""
    batch: int = 16
    """images a step, over all processes"""
    seed: int = 0
    """all randomness is a function of this, of the process and of the images seen"""
    model: ModelConfig = field(default_factory=ModelConfig)
    """shape of G and D"""
    objective: Literal["adversarial", "regression"] = "adversarial"
    """adversarial: the paper's; regression: warm-up, L1 from named parameters to whole panoramas"""
    loss: AdversarialLoss = "wasserstein"
    """adversarial loss; the paper's is wasserstein"""
    gradient_penalty: float = 10.0
    """λ of WGAN-GP (paper: 10); 0 switches it off"""
    r1: float = 0.0
    """weight of R1 on real patches, a cheaper penalty for hinge and nonsaturating; 0 switches it off"""
    r1_every: int = 8
    """steps between R1 penalties, which are scaled up to match (lazy regularisation); 1 pays at every step"""
    spatial_weight: float = 100.0
    """α of the spatial consistency loss through head A (paper: 100); much less where all z come to give one picture"""
    content_weight: float = 0.0
    """weight of the content loss through head Q, a mean over z's entries (the paper's sum at weight 1: its length);
    Q learns named parameters from real patches, else z from made ones"""
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
    explosion: float = 1e6
    """a loss beyond this ends the run; with λ = 10 it means slopes of 300 where the penalty wants 1"""
    warmup_images: int = 0
    """images over which both rates rise from 0, so that Adam's first, blind steps are small"""
    generator_warmup_images: int = 0
    """images over which G's rate alone rises from 0 (if longer), so that D knows something before G listens"""
    final_rate: float = 1.0
    """the rates fall to this share of themselves by the end, along a cosine"""
    ema_images: float = 10_000.0
    """half-life of the exported generator's weight average, in images, growing from 0; 0 (paper): the latest weights"""
    augment: tuple[Augmentation, ...] = ()
    """DiffAugment: D sees real and made pictures recoloured, shifted and holed, and cannot learn few by heart"""
    continuous_sampling: bool = False
    """paper's ablation (§3.7): macro patches lie at any pixel, not only on the grid; shows what the grid is worth"""
    optimal_d: bool = False
    """paper's ablation (§3.7): D sees the full image, made by micro patches; shows what D loses by seeing parts"""
    optimal_g: bool = False
    """paper's ablation (§3.7): G makes the full image at once, D sees macro patches; shows what G loses by parts"""
    multiple_g: bool = False
    """paper's ablation (§3.7): a generator of its own for every micro patch; shows what one shared G is worth"""
    room_coordinates: bool = False
    """tell the compact G where on the room's walls each pixel lies; needs the named sizes of box-shaped rooms"""
    object_coordinates: bool = False
    """and where on its objects; needs plain rooms, or furnished ones set upright: their numbers say where things are"""
    surface_textures: bool = False
    """learn textures on the room's faces, for what has fixed places there (boards, grain); needs --room-coordinates"""
    object_textures: bool = False
    """and on its objects (bars, folds, rims); needs --object-coordinates"""
    unpaired: bool = False
    """forget the pictures' named parameters: all of z is random and means nothing, as in the paper"""
    roll: bool = False
    """turn each panorama by a random angle (named parameters: only of rooms made with --yaw random)"""
    flip: bool = False
    """mirror half of the pictures (named parameters: only of rooms made with --mirror random)"""
    level_shares: tuple[float, ...] = ()
    """how often steps are of each level of detail, from level 0 on (left out: all alike)"""
    edge_share: float = 0.0
    """share of macro patches cut at edges of the objects of live rooms, of each kind as often, instead of anywhere"""
    base_rate: float = 1.0
    """with finer levels, the share of G's rate for level 0's stages, which a fine patch shows little of; 0: none"""
    object_rate: float = 1.0
    """with object coordinates, the share of G's rate for what is learned of each object: a picture shows few of them"""
    workers: int = 0
    """processes that read or render the next batches; 0: none, this one does it between its steps"""
    save_every: int = 4000
    """images between saved states, checkpoints and sample sheets"""
    log_every: int = 1000
    """images between lines of log.jsonl, which give the means since the last"""
    tensorboard: bool = True
    """write TensorBoard events too (needs the package tensorboardX; without it there is only log.jsonl)"""
    fd_every: int = 0
    """images between Fréchet distances to pictures that are held out; 0 measures none"""
    fd_samples: int = 500
    """pictures a side of a Fréchet distance; fewer are quicker and biased upwards, so compare equal numbers only"""
    held_out: Path | None = None
    """folder of prepared pictures to measure by; else the data's last --fd-samples (a fifth at most), not trained on"""
    precision: Precision = "float32"
    """of G's and D's passes: faster in 16 bits on CUDA cards, and in bfloat16 on CPUs with AVX512-BF16 or AMX;
    penalties and weights stay in float32"""
    channels_last: bool = False
    """lay weights out as NHWC, which convolutions in 16 bits, and some on CPUs, like better"""
    compile: bool = False
    """compile G and D with torch.compile: slow to start, faster after; penalties stay as they are"""
    threads: int = 0
    """CPU threads; 0 leaves the choice to torch"""

    def __post_init__(self) -> None:
        """Refuse settings that cannot run.

        Raises:
            ConfigError: what is wrong and what would be right.
        """
        for name in ("images", "batch", "save_every", "r1_every", "log_every"):
            _require_at_least(1, name, getattr(self, name))
        self._require_numbers()
        for name in ("workers", "fd_every", "warmup_images", "generator_warmup_images"):
            _require_at_least(0, name, getattr(self, name))
        levels, shares = self.model.grid.levels, self.level_shares
        if shares and (len(shares) != levels or min(shares) < 0 or not 0 < sum(shares) < float("inf")):
            raise ConfigError(
                f"--level-shares {' '.join(map(str, shares))}: name one share, 0 or more, for each of {levels} levels"
            )
        if not 0 <= self.edge_share <= 1:
            raise ConfigError(f"--edge-share is {self.edge_share}; it must be between 0 and 1")
        if not self.base_rate and self.level_proportions[0]:
            raise ConfigError("--base-rate 0 leaves nothing to train at level 0: begin --level-shares with 0")
        if not self.explosion > 0:
            raise ConfigError(f"--explosion is {self.explosion}; it must be above 0")
        if self.content_weight and not self.model.content_head:
            raise ConfigError("--content-weight needs head Q: add --model.content-head, or leave it out")
        if self.model.mixed_textures and not (self.surface_textures or self.model.surface_textures):
            raise ConfigError("--model.mixed-textures says how many surface textures there are: add --surface-textures")
        if self.optimal_g and self.multiple_g:
            raise ConfigError("--optimal-g and --multiple-g are two different generators; choose one")
        if self.multiple_g and self.continuous_sampling:
            raise ConfigError(
                "--multiple-g has a generator for each grid point and none between them; "
                "leave out --continuous-sampling"
            )

    def _require_numbers(self) -> None:
        """Every float finite, what is counted or divided by within its range."""
        for field_of in fields(self):
            value = getattr(self, field_of.name)
            if isinstance(value, float) and not math.isfinite(value):
                raise ConfigError(f"--{field_of.name.replace('_', '-')} is {value}; it must be a finite number")
        if not 0 <= self.seed <= LARGEST_SEED:
            raise ConfigError(f"--seed is {self.seed}; it must be a whole number from 0 to {LARGEST_SEED}")
        for name in ("beta1", "beta2"):
            if not 0 <= getattr(self, name) < 1:
                raise ConfigError(f"--{name} is {getattr(self, name)}; it must be at least 0 and below 1")
        for name in (
            "threads",
            "base_rate",
            "object_rate",
            "ema_images",
            "generator_rate",
            "discriminator_rate",
            "gradient_clip",
            "fd_samples",
        ):
            _require_at_least(0, name, getattr(self, name))

    def for_dataset(self, dataset: TrainingSource) -> Self:
        """These settings with the model that is trained on ``dataset``: its latents' names, the ablations' shapes.

        Of rooms that were all set upright it is one that makes every other room too, by their symmetries.

        Raises:
            ConfigError: regression or room coordinates without named parameters.
        """
        latent_names = () if self.unpaired else dataset.latent_names
        if self.objective == "regression" and not latent_names:
            raise ConfigError(f"{self.data} has no named parameters to regress on; use --objective adversarial")
        resolved = self.with_latents(latent_names)
        room = room_latents(dataset, latent_names) if self.room_coordinates else resolved.model.room
        objects = room_objects_of(dataset, latent_names) if self.object_coordinates else resolved.model.objects
        symmetry = symmetry_of(dataset.about) if latent_names else None
        model = replace(resolved.model, room=room, objects=objects, symmetry=symmetry)
        textures = {
            name: getattr(self, name) or getattr(model, name) for name in ("surface_textures", "object_textures")
        }
        return replace(resolved, model=replace(model, **textures))

    @property
    def level_proportions(self) -> tuple[float, ...]:
        """The share of steps of each level; they add up to 1."""
        shares = self.level_shares or (1.0,) * self.model.grid.levels
        return tuple(share / sum(shares) for share in shares)

    def with_latents(self, latent_names: tuple[str, ...]) -> Self:
        """These settings with the model that is trained on data of such named parameters, which may be none."""
        grid = self.model.grid
        if self.optimal_d:
            grid = replace(grid, macro_rows=grid.rows, macro_columns=grid.columns)
        makes: GeneratorKind = "full" if self.optimal_g else "multiple" if self.multiple_g else self.model.generator
        return replace(self, model=replace(self.model, grid=grid, generator=makes, latent_names=latent_names))


def _require_at_least(least: int, name: str, value: float) -> None:
    if value < least:
        raise ConfigError(f"--{name.replace('_', '-')} is {value}; it must be at least {least}")


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
# The paper has no average of weights, no flips and no rolls (docs/guide/train.md: paper, ours, why).
_PAPER = TrainConfig(batch=128, save_every=50_000, ema_images=0.0)
CELEBA_IMAGES = 152_599 * 150  # Table 2: 150 epochs; the published code trains on all but 50,000 of 202,599
LSUN_IMAGES = 128 * 1_000_000  # Appendix E: a million steps of 128


def _paper(
    system: Literal["cylindrical", "planar"], rows: int, patch_px: int, macro: int, *, images: int, batch: int = 128
) -> TrainConfig:
    columns = 3 * rows if system == "cylindrical" else rows
    grid = PatchGrid(
        system=system, rows=rows, columns=columns, patch_px=patch_px, macro_rows=macro, macro_columns=macro
    )
    return replace(_PAPER, model=ModelConfig(grid=grid, conditioning="mlp"), images=images, batch=batch)


PRESETS: dict[str, TrainConfig] = {
    "rooms-warmup": _ROOMS,
    "rooms": _ROOMS_GAN,
    "paper": _paper("cylindrical", 4, 64, 2, images=LSUN_IMAGES),  # its panoramas: what this project is about
    "matterport3d": _paper("cylindrical", 4, 64, 2, images=LSUN_IMAGES),
    "celeba64": _paper("planar", 4, 16, 2, images=CELEBA_IMAGES, batch=64),
    "celeba128": _paper("planar", 4, 32, 2, images=CELEBA_IMAGES),
    "celeba128-micro16": _paper("planar", 8, 16, 4, images=CELEBA_IMAGES),
    "celeba128-micro8": _paper("planar", 16, 8, 8, images=CELEBA_IMAGES),
    "celeba128-micro4": _paper("planar", 32, 4, 16, images=CELEBA_IMAGES, batch=64),
    "lsun64": _paper("planar", 4, 16, 2, images=LSUN_IMAGES),
    "lsun256": _paper("planar", 4, 64, 2, images=LSUN_IMAGES),
    "celebahq1024": _paper("planar", 4, 256, 2, images=LSUN_IMAGES, batch=20),
}
