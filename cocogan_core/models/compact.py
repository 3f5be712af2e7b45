"""The compact preset's networks: small enough for two CPU cores, and without borders by construction.

The paper's G (Fig. 13) makes every micro patch alone from (z, c); its convolutions pad with zeros at the patch's edge,
and the adversarial loss has to teach neighbours to agree. Here c only says where the patch lies. A small field network
turns (z, position) into features on a coarse lattice of ``BASE`` cells a patch side, plus ``MARGIN`` cells around it,
and every further layer is a convolution without padding that uses the margin up. A pixel is then a function of z and
its own position, whichever patch or block of patches it was made in: micro patches stay independent, but merged ones
equal one large pass exactly. That makes macro patches and whole panoramas cheap in training, and lets a patch grow by
adding levels (as the paper's G does) while the lattice stays.

D (Fig. 14) keeps the paper's parts, projection of the macro coordinate and heads A and Q, on a plain strided stack.
Knows nothing of losses, files or windows.
"""

import math
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cocogan_core.config import ModelConfig
from cocogan_core.models.base import Discriminator, DiscriminatorOutput, Generator

__all__ = ["CompactDiscriminator", "CompactGenerator"]

BASE = 2  # lattice cells along a micro patch: the paper's 2×2 base
MARGIN = 2  # cells around a block; one level (deconvolution 4×4, convolution 3×3, neither padded) keeps it at 2
HARMONICS = 8  # of θ and of the vertical; the 8th has a period of 45°, three lattice cells of the default grid
FIELD_WIDTH = 384
FIELD_DEPTH = 3
NARROWEST = 16
SLOPE = 0.2


class CompactGenerator(Generator):
    """(z, position) → features on a lattice → levels of ×2 → pixels. ``generator_width`` is the lattice's channels."""

    def __init__(self, config: ModelConfig) -> None:
        """Build with fresh weights; levels are numbered from the lattice, so that a smaller patch's weights fit."""
        super().__init__(config)
        widths = level_widths(config)
        self.place = nn.Linear(_position_features(config), FIELD_WIDTH)
        self.style = nn.Sequential(
            nn.Linear(config.z_dim, FIELD_WIDTH),
            nn.LeakyReLU(SLOPE),
            nn.Linear(FIELD_WIDTH, FIELD_WIDTH),
            nn.LeakyReLU(SLOPE),
            nn.Linear(FIELD_WIDTH, 2 * FIELD_WIDTH * (FIELD_DEPTH + 1)),
        )
        self.field = nn.ModuleList(nn.Linear(FIELD_WIDTH, FIELD_WIDTH) for _ in range(FIELD_DEPTH))
        self.lattice = nn.Linear(FIELD_WIDTH, widths[0])
        self.levels = nn.ModuleList(_Level(a, b) for a, b in pairwise(widths))
        self.rgb = nn.ModuleList(nn.Conv2d(width, 3, 1) for width in widths)
        self.apply(_initialise)
        with torch.no_grad():
            self.style[-1].get_parameter("weight").mul_(0.5)  # the products of place and style start moderate
        for head in self.rgb:
            nn.init.normal_(head.get_parameter("weight"), std=0.01)  # the sum of all heads starts well inside [−1, 1]

    def forward(self, z: Tensor, coordinates: Tensor) -> Tensor:
        """Micro patches (B, 3, s, s) in [−1, 1] from z (B, z_dim) and micro coordinates (B, 2 or 3)."""
        return self._pixels(z, self._corners(coordinates), (1, 1))

    def block(self, z: Tensor, corners: Tensor, shape: tuple[int, int]) -> Tensor:
        """``shape`` = (rows, columns) neighbouring patches in one pass, from their top-left ids ``corners`` (B, 2)."""
        return self._pixels(z, corners.to(z), shape)

    def placed(self, coordinates: Tensor) -> Tensor:
        """Positions of single patches, placed: (B, 2 or 3) → (B, h, w, FIELD_WIDTH)."""
        placed: Tensor = self.place(self._positions(self._corners(coordinates), (1, 1)))
        return placed.detach()

    def _corners(self, coordinates: Tensor) -> Tensor:
        """(row, column) of micro coordinates, undoing PatchGrid.micro_coordinates; fractional where they are."""
        grid = self.config.grid
        row = (coordinates[:, 0] + 1) / 2 * (grid.rows - 1)
        if grid.wraps:
            column = (torch.atan2(coordinates[:, 2], coordinates[:, 1]) / math.pi + 1) / 2 * grid.columns
        else:
            column = (coordinates[:, 1] + 1) / 2 * (grid.columns - 1)
        return torch.stack([row, column], 1)

    def _pixels(self, z: Tensor, corners: Tensor, shape: tuple[int, int]) -> Tensor:
        return self.upsample(self.features(z, self.place(self._positions(corners, shape))))

    def _positions(self, corners: Tensor, shape: tuple[int, int]) -> Tensor:
        """Fourier features (B, h, w, n) of the lattice cells of a block and its margin."""
        grid = self.config.grid
        ys, xs = (
            (corners[:, axis, None] * BASE + torch.arange(-MARGIN, count * BASE + MARGIN).to(corners) + 0.5)
            / (total * BASE)
            for axis, count, total in ((0, shape[0], grid.rows), (1, shape[1], grid.columns))
        )
        vertical = _waves(ys * math.pi, linear=True)
        horizontal = _waves(xs * (2 * math.pi if grid.wraps else math.pi), linear=not grid.wraps)
        h, w = ys.shape[1], xs.shape[1]
        return torch.cat([vertical[:, :, None].expand(-1, -1, w, -1), horizontal[:, None].expand(-1, h, -1, -1)], -1)

    def features(self, z: Tensor, place: Tensor) -> Tensor:
        """The field: z (B, z_dim) and placed positions (B or 1, h, w, FIELD_WIDTH) → (B, C, h, w)."""
        scales, shifts = self.style(z)[:, None, None].chunk(2, -1)
        (scale, *deeper), (shift, *later) = (part.chunk(FIELD_DEPTH + 1, -1) for part in (scales, shifts))
        x = F.leaky_relu(place * (1 + scale) + shift, SLOPE)
        for layer, scale, shift in zip(self.field, deeper, later, strict=True):
            x = x + F.leaky_relu(layer(x) * (1 + scale) + shift, SLOPE)
        cells: Tensor = self.lattice(x)
        return cells.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)

    def upsample(self, x: Tensor) -> Tensor:
        """Features with their margin → pixels without it; RGB is summed over the levels (skips)."""
        rgb = self.rgb[0](x)
        for level, head in zip(self.levels, self.rgb[1:], strict=True):
            x = level(x)
            # bilinear ×2 would need pixels outside at its rim; cropping back to the margin removes just those
            rgb = _crop(F.interpolate(rgb, scale_factor=2, mode="bilinear"), MARGIN) + head(x)
        return _crop(rgb, MARGIN)


class _Level(nn.Module):
    """Twice the pixels: n + 2·MARGIN cells in, 2n + 2·MARGIN out, each computed from real neighbours only."""

    def __init__(self, width_in: int, width_out: int) -> None:
        super().__init__()
        self.up = _Up(width_in, width_out)
        self.refine = nn.Conv2d(width_out, width_out, 3)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) → (B, C', 2h − 4, 2w − 4)."""
        x = self.up(F.leaky_relu(x, SLOPE))
        refined: Tensor = self.refine(F.leaky_relu(x, SLOPE))
        return refined


class _Up(nn.Module):
    """Nearest ×2 and a 3×3 convolution as one transposed 4×4, 2.25 times cheaper, less its outer ring.

    A free 4×4 learns a checkerboard under the adversarial loss (Odena et al. 2016); this one cannot.
    """

    def __init__(self, width_in: int, width_out: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(width_in, width_out, 3, 3) * math.sqrt(2 / (9 * width_in)))
        self.bias = nn.Parameter(torch.zeros(width_out))
        self.fixed: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) → (B, C', 2h − 2, 2w − 2)."""
        kernel = self.kernel() if self.fixed is None else self.fixed
        return F.conv_transpose2d(x, kernel, self.bias, stride=2, padding=2)

    def kernel(self) -> Tensor:
        """The 4×4 (C, C', 4, 4): the 3×3 over every way to lie on doubled pixels."""
        return sum((F.pad(self.weight, (i, 1 - i, j, 1 - j)) for i in (0, 1) for j in (0, 1)), torch.zeros(()))

    def freeze(self) -> None:
        """Work the 4×4 out once and for all."""
        self.fixed = self.kernel().detach().contiguous(memory_format=torch.channels_last)


class CompactDiscriminator(Discriminator):
    """Macro patch → Critique. Blocks are numbered from the deep end, so that a smaller patch's weights fit."""

    def __init__(self, config: ModelConfig) -> None:
        """Build with fresh weights; ``discriminator_width`` is the channels at full resolution of a 64² micro patch."""
        super().__init__(config)
        grid = config.grid
        depth = int(math.log2(grid.patch_px)) - 1
        deepest = 16 * config.discriminator_width
        widths = [max(NARROWEST, min(deepest, deepest >> (i - 1 if i else 0)) // 2) for i in range(depth + 1)]
        self.blocks = nn.ModuleList(_Down(widths[i + 1], widths[i]) for i in range(depth))
        self.entry = nn.ModuleDict({f"px{grid.patch_px}": nn.Conv2d(3, widths[depth], 3, padding=1)})
        cells = (grid.macro_rows * 2) * (grid.macro_columns * 2)
        self.dense = nn.Linear((widths[0] + 1) * cells, deepest)
        self.score = nn.Linear(deepest, 1)
        self.project = nn.Linear(grid.coordinate_dim, deepest, bias=False)
        spatial = grid.coordinate_dim if config.spatial_head == "full" else 1
        self.spatial = nn.Linear(deepest, spatial)
        self.content = nn.Linear(deepest, config.z_dim) if config.content_head else None
        self.apply(_initialise)

    def forward(self, images: Tensor, coordinates: Tensor) -> DiscriminatorOutput:
        """Score, spatial and content predictions of macro patches (B, 3, N·s, M·s) at (B, 2 or 3) coordinates."""
        (entry,) = self.entry.values()
        x = entry(images.contiguous(memory_format=torch.channels_last))
        for block in reversed(self.blocks):
            x = block(x)
        x = torch.cat([x, _batch_spread(x)], 1)
        features = F.leaky_relu(self.dense(F.leaky_relu(x, SLOPE).flatten(1)), SLOPE)
        score = self.score(features)[:, 0] + (self.project(coordinates) * features).sum(1) / math.sqrt(
            features.shape[1]
        )
        content = None if self.content is None else torch.tanh(self.content(features))
        return DiscriminatorOutput(score, torch.tanh(self.spatial(features)), content, features)


class _Down(nn.Module):
    """Half the pixels; residual, so that a freshly added block barely disturbs what lies deeper."""

    def __init__(self, width_in: int, width_out: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(width_in, width_in, 3, padding=1)
        self.down = nn.Conv2d(width_in, width_out, 4, 2, padding=1)
        self.shortcut = nn.Conv2d(width_in, width_out, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) → (B, C', h/2, w/2)."""
        short: Tensor = self.shortcut(F.avg_pool2d(x, 2))
        x = self.convolution(F.leaky_relu(x, SLOPE))
        halved: Tensor = (self.down(F.leaky_relu(x, SLOPE)) + short) * math.sqrt(0.5)
        return halved


def level_widths(config: ModelConfig) -> list[int]:
    """Channels of the lattice and of each level: 0.6 a level, so that cost per level stays about level."""
    levels = int(math.log2(config.grid.patch_px // BASE))
    return [max(NARROWEST, round(config.generator_width * 0.6**level / 8) * 8) for level in range(levels + 1)]


def _position_features(config: ModelConfig) -> int:
    return 2 * (2 * HARMONICS) + (1 if config.grid.wraps else 2)


def _waves(angle_rad: Tensor, *, linear: bool) -> Tensor:
    """Sine and cosine of the first harmonics, and where nothing wraps the angle itself; (...,) → (..., n)."""
    multiples = angle_rad[..., None] * torch.arange(1, HARMONICS + 1).to(angle_rad)
    waves = [multiples.sin(), multiples.cos()]
    if linear:
        waves.append(angle_rad[..., None] * (2 / math.pi) - 1)
    return torch.cat(waves, -1)


def _crop(x: Tensor, rim: int) -> Tensor:
    return x[:, :, rim:-rim, rim:-rim]


def _batch_spread(x: Tensor, group: int = 4) -> Tensor:
    """One more channel: how much a group of samples differs (minibatch standard deviation; ProGAN §3)."""
    n, c, h, w = x.shape
    size = math.gcd(n, group)
    groups = x.reshape(size, n // size, c, h, w)
    spread = (groups.var(0, unbiased=False) + 1e-8).sqrt().mean((1, 2, 3))
    return spread.repeat(size)[:, None, None, None].expand(n, 1, h, w)


def _initialise(module: nn.Module) -> None:
    """He initialisation for leaky ReLUs."""
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.kaiming_normal_(module.weight, a=SLOPE)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
