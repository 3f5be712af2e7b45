"""``cocogan prepare``: real pictures to training shards."""

from typing import Annotated

import tyro

from cocogan_core.data.sources.equirect import Equirect
from cocogan_core.data.sources.images import Images
from cocogan_core.data.sources.matterport import Matterport3D
from cocogan_core.errors import DataError

__all__ = ["prepare"]


def prepare(
    source: Annotated[
        Annotated[Matterport3D, tyro.conf.subcommand("matterport3d", prefix_name=False)]
        | Annotated[Equirect, tyro.conf.subcommand("equirect", prefix_name=False)]
        | Annotated[Images, tyro.conf.subcommand("images", prefix_name=False)],
        tyro.conf.arg(name=""),
    ],
) -> None:
    """Prepare real pictures for training. Run the same command again to go on after an interruption.

    Args:
        source: What kind of pictures; each kind has its own --help.
    """
    from rich.progress import track

    from cocogan_core.data.prepare import prepare_dataset

    report = prepare_dataset(source, progress=track)
    print(report.summary)
    if not report.prepared:
        name, reason = report.rejected[0]
        raise DataError(f"no picture in {source.src} could be used; the first: {name} {reason}")
