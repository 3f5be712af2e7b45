"""The objectives of G and D as pure functions of scores and predictions. Knows no networks and no training loop.

Paper: Lin et al., "COCO-GAN: Generation by Parts via Conditional Coordinating", ICCV 2019, §2.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from cocogan_core.training.config import AdversarialLoss

__all__ = [
    "content_loss",
    "discriminator_loss",
    "generator_loss",
    "gradient_penalty",
    "r1_penalty",
    "spatial_loss",
]


def discriminator_loss(kind: AdversarialLoss, real: Tensor, fake: Tensor) -> Tensor:
    """D's loss from scores (B,): Wasserstein (eq. 2), hinge (Lim & Ye 2017) or logistic (Goodfellow et al. 2014)."""
    if kind == "wasserstein":
        return fake.mean() - real.mean()
    if kind == "hinge":
        return F.relu(1 - real).mean() + F.relu(1 + fake).mean()
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def generator_loss(kind: AdversarialLoss, fake: Tensor) -> Tensor:
    """G's loss from scores (B,) of generated macro patches; hinge shares Wasserstein's."""
    return F.softplus(-fake).mean() if kind == "nonsaturating" else -fake.mean()


def gradient_penalty(score: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
    """WGAN-GP on macro patches (B, C, h, w) (eq. 3): one ε a sample, norm over all of a sample's entries.

    ``mix`` (B, 1, 1, 1) holds the ε ~ U[0, 1].
    """
    between = (mix * real + (1 - mix) * fake).detach().requires_grad_()
    (slope,) = torch.autograd.grad(score(between).sum(), between, create_graph=True)
    norm: Tensor = slope.flatten(1).norm(dim=1)
    return (norm - 1).square().mean()


def r1_penalty(score: Callable[[Tensor], Tensor], real: Tensor) -> Tensor:
    """½‖∇D‖² at real samples (Mescheder et al. 2018), mean over the batch."""
    real = real.detach().requires_grad_()
    (slope,) = torch.autograd.grad(score(real).sum(), real, create_graph=True)
    return slope.square().flatten(1).sum(1).mean() / 2


def spatial_loss(predicted: Tensor, coordinates: Tensor) -> Tensor:
    """Spatial consistency (eq. 4): squared L2 distance of head A's answer to c, mean over the batch.

    The paper writes an L2 distance between vectors, so a sample's entries are summed; the published code takes their
    mean instead, which is 2 (planar) or 3 (cylindrical) times less at the same α. We follow the text; the square, as in
    the code, keeps the gradient smooth at zero. A vertical head (B, 1) is compared with the first entry of
    ``coordinates`` (B, 2 or 3).
    """
    return (predicted - coordinates[:, : predicted.shape[1]]).square().sum(1).mean()


def content_loss(predicted: Tensor, z: Tensor) -> Tensor:
    """Content consistency L_Q (§3.5, Appendix B): L1 between head Q's answer and z, mean over entries and batch.

    The paper writes the norm, which is the sum over z's entries, and gives L_Q no weight; a weight of ``z_dim`` here
    equals 1 there. The published code takes the mean too, at weight 100. Fewer columns of ``z`` compare only those.
    """
    return (predicted[:, : z.shape[1]] - z).abs().mean()
