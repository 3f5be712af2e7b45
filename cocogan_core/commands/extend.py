"""``cocogan extend``: post-training so that pictures go on beyond their borders. Imports torch when it runs."""

from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

import tyro

from cocogan_core.errors import ConfigError
from cocogan_core.shipped import model_path
from cocogan_core.text import printable

__all__ = ["extend"]


def extend(
    checkpoint: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="CHECKPOINT")],
    *,
    out: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="PATH")],
    data: Annotated[Path, tyro.conf.arg(metavar="FOLDER")],
    patches: int = 1,
    images: int = 100_000,
    batch: int = 16,
    loss: Literal["wasserstein", "hinge", "nonsaturating"] = "wasserstein",
    gradient_penalty: float = 10.0,
    spatial_weight: float = 100.0,
    seam: float = 1.05,
    check_every: int = 1000,
    seed: int = 0,
) -> None:
    """Teach a model what lies beyond its pictures' borders (paper §3.3, Appendix E).

    Coordinates go on by micro patches: all round on a plane, up and down on a cylinder. New optimizers train the first
    two layers of G and all of D on old and new places, and stop when the seams between them are gone, or early at
    Ctrl+C. What is written had the weakest seams of all looks at them. What is made out there is invented: nothing real
    was ever seen of it.

    Args:
        checkpoint: Model with its discriminator.
        out: Checkpoint to write; the viewer shows its larger pictures.
        data: Prepared pictures, those that the model was trained on.
        patches: Micro patches beyond each border.
        images: Stop after so many at the latest.
        batch: Macro patches a step.
        loss: Adversarial loss, that of the model's own training.
        gradient_penalty: λ; 10 in the paper.
        spatial_weight: α; 100 in the paper, 10000 in its published code for this.
        seam: Stop when the seams are so many times as strong as those inside the picture.
        check_every: Images between looks at the seams.
        seed: Of everything random.

    Raises:
        CheckpointError, DataError: files that cannot be used or do not fit together.
        ConfigError: numbers that make no sense, or a model that cannot go beyond its image.
        OutputError: the checkpoint cannot be written.
    """
    if out.is_dir() or not out.parent.is_dir():
        raise ConfigError(f"cannot write {out}: name a file in a folder that exists")
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    from cocogan_core.applications.extrapolation import ExtensionSettings, PostTraining
    from cocogan_core.checkpoint import load_checkpoint, save_checkpoint
    from cocogan_core.data.dataset import ImageDataset

    settings = ExtensionSettings(
        patches=patches, images=images, batch=batch, loss=loss, gradient_penalty=gradient_penalty,
        spatial_weight=spatial_weight, seam=seam, check_every=check_every, seed=seed,
    )  # fmt: skip
    training = PostTraining(load_checkpoint(model_path(checkpoint)), ImageDataset.open(data), settings)
    columns = ("post-training", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), "{task.fields[terms]}")
    with Progress(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task("", total=images, terms="")
        with suppress(KeyboardInterrupt):
            training.run(
                lambda seen, terms: bars.update(
                    task, completed=seen, terms=" ".join(f"{name} {value:.3f}" for name, value in terms.items())
                )
            )
    made = training.networks()
    save_checkpoint(out, made.metadata, generator=made.generator, discriminator=made.discriminator)
    grid = made.metadata.model.grid
    print(
        f"{printable(out)}: {grid.width_px}×{grid.height_px} after {training.kept_seen} images, "
        f"outer seams {training.kept_seam:.2f}"
    )
