"""What an evaluation measured, as values and as JSON. Knows no networks and no picture files."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cocogan_core.metrics.latents import LatentResponse
from cocogan_core.metrics.seams import BorderRatios

__all__ = ["Comparison", "PairedPSNR", "Results"]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Distances of one set of pictures to a set of real ones.

    Attributes:
        name: of the set, as shown.
        frechet: Fréchet distance; biased upwards at small counts, so only equal counts compare.
        kernel: unbiased squared kernel distance.
        kernel_error: its standard error, where it can be told.
        pictures: in the set.
        reference_pictures: real ones compared with.
    """

    name: str
    frechet: float
    kernel: float
    kernel_error: float | None
    pictures: int
    reference_pictures: int


@dataclass(frozen=True, kw_only=True)
class PairedPSNR:
    """PSNR (dB) between generated pictures and the real ones of the same named parameters, over ``pictures``."""

    mean_db: float
    worst_db: float
    pictures: int


@dataclass(frozen=True, kw_only=True)
class Results:
    """Everything that an evaluation measured; None or empty where there was nothing to measure.

    Attributes:
        checkpoint, data: paths as given.
        features: name of the feature network.
        views: 90° views a panorama, 0 for whole pictures.
        level: of detail that all was measured at.
        seed: of z and of which pictures were taken.
        images_seen: by the checkpoint in training.
        comparisons: generated, real vs real, noise.
        wasserstein: mean score of D on real minus on generated macro patches, in D's own units.
        borders, real_borders: border ratios of generated and of real pictures.
        relative_borders: generated over real ones: over real pictures of the same parameters where those are known
            (much less noise), else over the real set's.
        paired_psnr: of generated pictures and the real ones of the same parameters.
        latents: each named latent moved alone.
        examples: the first few uint8 pictures (H, W, 3) of each set by its name; not in the JSON.
    """

    checkpoint: str | None
    data: str
    features: str
    views: int
    seed: int
    level: int = 0
    images_seen: int | None = None
    comparisons: tuple[Comparison, ...] = ()
    wasserstein: float | None = None
    borders: BorderRatios | None = None
    real_borders: BorderRatios | None = None
    relative_borders: BorderRatios | None = None
    paired_psnr: PairedPSNR | None = None
    latents: tuple[LatentResponse, ...] = ()
    examples: Mapping[str, Sequence[NDArray[np.uint8]]] = field(default_factory=dict, repr=False)

    def to_json(self) -> str:
        """The results as an indented JSON object; infinities as null."""
        notes = {
            "frechet": "biased upwards at small counts: compare equal counts of pictures only, beside real vs real",
            "kernel": "unbiased; may fall below zero",
        }
        figures = asdict(replace(self, examples={}))
        del figures["examples"]
        return json.dumps(_finite({**figures, "notes": notes}), indent=2, ensure_ascii=False) + "\n"


def _finite(value: Any) -> Any:  # noqa: ANN401 (any JSON value)
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
