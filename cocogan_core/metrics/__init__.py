"""How good generated pictures are: Fréchet and kernel distances, border ratios. Importing it imports no torch."""

from cocogan_core.metrics.borders import BorderMeter, BorderRatios
from cocogan_core.metrics.features import FeatureNetwork, load_features
from cocogan_core.metrics.frechet import Moments, frechet_distance, kernel_distance, moments_of
from cocogan_core.metrics.lens import Lens
from cocogan_core.metrics.reference import Reference, frechet_of, reference_of
from cocogan_core.metrics.responses import LatentResponse, latent_response, psnr_db

__all__ = [
    "BorderMeter",
    "BorderRatios",
    "FeatureNetwork",
    "LatentResponse",
    "Lens",
    "Moments",
    "Reference",
    "frechet_distance",
    "frechet_of",
    "kernel_distance",
    "latent_response",
    "load_features",
    "moments_of",
    "psnr_db",
    "reference_of",
]
