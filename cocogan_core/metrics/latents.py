"""Whether named latents do what their names say, against the renderer that knows. Knows no networks; numpy only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cocogan_core.progress import Progress, no_progress

__all__ = ["LatentResponse", "latent_response", "psnr_db"]

Image = NDArray[np.uint8]
Floats = NDArray[np.float64]
Parameters = NDArray[np.float32]
STEP = 0.7  # parameters move from −STEP to STEP: most of their range, short of its corners


@dataclass(frozen=True, kw_only=True)
class LatentResponse:
    """What moving one named latent alone does to generated pictures, beside rendered ones.

    Attributes:
        name: ``"group.name"``.
        correlation: of the generated with the rendered change over all pixels and rooms, without taking the mean
            away (a change of brightness *is* its mean), in [−1, 1]; above 0 is the right direction.
        gain: the generated change along the rendered one, as a share of it; 1 is full strength.
        rendered_change: root mean square of the rendered change in grey levels: where it is tiny, the latent shows
            nothing and its correlation means little.
    """

    name: str
    correlation: float
    gain: float
    rendered_change: float


def psnr_db(a: Image, b: Image, *, row_weights: Floats | None = None) -> float:
    """Peak signal to noise ratio of two pictures of bytes (H, W, 3), in dB; infinite if they are equal.

    ``row_weights`` (H,), 1 on average, say what errors in each row count.
    """
    by_row = np.square(np.subtract(a, b, dtype=np.int32)).mean((1, 2))  # of a large picture floats would take gigabytes
    error = (by_row if row_weights is None else by_row * row_weights).mean()
    return float("inf") if error == 0 else float(10 * np.log10(255**2 / error))


def latent_response(
    generate: Callable[[Parameters], Image],
    render: Callable[[Parameters], Image],
    names: Sequence[str],
    *,
    rooms: Sequence[Parameters],
    row_weights: Floats | None = None,
    progress: Progress = no_progress,
) -> tuple[LatentResponse, ...]:
    """Move each named latent alone, in each of ``rooms`` (parameter vectors (K,)), and compare the two changes.

    ``generate`` and ``render`` turn parameters (K,) into pictures (H, W, 3) of one size; ``row_weights`` (H,) say what
    each row counts, all the same if left out; ``progress`` is passed the latents. Makes 2 · K · rooms pictures of each
    kind.
    """
    responses = []
    root = 1.0 if row_weights is None else np.sqrt(row_weights)[:, None, None]  # sums of products are then weighted
    for index, name in progress(enumerate(names), "named latents", len(names)):
        changes = [(_change(generate, room, index) * root, _change(render, room, index) * root) for room in rooms]
        responses.append(_response(name, changes))
    return tuple(responses)


def _response(name: str, changes: Sequence[tuple[Floats, Floats]]) -> LatentResponse:
    together = generated_power = rendered_power = pixels = 0.0
    for generated, rendered in changes:
        together += float((generated * rendered).sum())
        generated_power += float(np.square(generated).sum())
        rendered_power += float(np.square(rendered).sum())
        pixels += rendered.size
    scale = np.sqrt(generated_power * rendered_power)
    return LatentResponse(
        name=name,
        correlation=together / scale if scale else 0.0,
        gain=together / rendered_power if rendered_power else 0.0,
        rendered_change=float(np.sqrt(rendered_power / max(pixels, 1))),
    )


def _change(picture: Callable[[Parameters], Image], room: Parameters, index: int) -> Floats:
    low, high = room.copy(), room.copy()
    low[index], high[index] = -STEP, STEP
    return picture(high).astype(np.float64) - picture(low).astype(np.float64)
