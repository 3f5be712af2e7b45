"""An evaluation for people: a table on the terminal and one picture. Computes nothing but its layout."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from rich.console import Console
from rich.table import Table

from cocogan_core.inference.picture_file import write_picture
from cocogan_core.metrics.results import Comparison, Results
from cocogan_core.metrics.seams import BorderRatios
from cocogan_core.text import LONGEST_MESSAGE, printable

__all__ = ["draw_report", "print_report"]

Pictures = Sequence[NDArray[np.uint8]]
WIDTH, MARGIN, GAP = 1600, 40, 12
PAPER, INK, SOFT = "#ffffff", "#1d2126", "#6b737c"
REAL, MADE, LIMIT = "#9aa5b1", "#2f6fde", "#d64545"
CLEAR = 0.3  # correlation of changes beyond chance: of an untrained model's 46 latents the best reached 0.27
GOAL = 1.05  # border ratio below which no border is seen
CHART_PX = 220


def print_report(results: Results) -> None:
    """Write the figures to standard output."""
    console = Console(markup=False, emoji=False)
    title = f"{results.checkpoint or 'real pictures'} · {results.features} · {_shown(results)}"
    table = Table(title=printable(title))
    for name in ("compared with the real ones", "Fréchet ↓", "kernel ×1000 ↓", "pictures"):
        table.add_column(name, justify="left" if name.startswith("compared") else "right")
    for entry in results.comparisons:
        table.add_row(printable(entry.name), f"{entry.frechet:.2f}", _kernel_text(entry), _count_text(entry))
    console.print(table)
    for line in _figure_lines(results):
        console.print(printable(line, LONGEST_MESSAGE), highlight=False)


def draw_report(results: Results, path: Path) -> None:
    """Draw figures, border ratios and example pictures into an image file.

    Raises:
        ConfigError: the file's ending names no image format.
        OutputError: it cannot be written; an older one stays.
    """
    canvas = Image.new("RGB", (WIDTH, 8000), PAPER)
    page = ImageDraw.Draw(canvas)
    y = _draw_heading(page, results)
    y = _draw_distances(page, results.comparisons, y)
    y = _draw_borders(page, results, y)
    for name, pictures in results.examples.items():
        y = _draw_pictures(canvas, name, pictures, y)
    picture = np.asarray(canvas.crop((0, 0, WIDTH, y + MARGIN - GAP)))
    write_picture(path, [picture], height_px=picture.shape[0], width_px=WIDTH)


def _shown(results: Results) -> str:
    """What the feature network saw."""
    shown = f"90° views, {results.views} a panorama" if results.views else "whole pictures"
    return f"{shown} at level {results.level}" if results.level else shown


def _figure_lines(results: Results) -> list[str]:
    """Figures beyond distances, a line each."""
    lines = []
    sets = {
        "generated": results.borders,
        "real": results.real_borders,
        "generated over real": results.relative_borders,
    }
    for name, borders in sets.items():
        if borders is not None:
            wrap = "" if borders.wrap is None else f", 0°/360° {borders.wrap:.3f}"
            lines.append(
                f"border ratio, {name}: worst {borders.worst:.3f}{wrap}, "
                f"columns {_span(borders.columns)}, rows {_span(borders.rows)}"
            )
    if results.wasserstein is not None:
        lines.append(f"Wasserstein estimate of the checkpoint's D: {results.wasserstein:.3f}")
    if results.paired_psnr is not None:
        psnr = results.paired_psnr
        lines.append(
            f"likeness to the real pictures of the same parameters: {psnr.mean_db:.2f} dB PSNR "
            f"(worst {psnr.worst_db:.2f}, {psnr.pictures} pictures)"
        )
    if results.latents:
        right = sum(entry.correlation > CLEAR for entry in results.latents)
        weakest = min(results.latents, key=lambda entry: entry.correlation)
        lines.append(
            f"named latents that move their property the right way: {right} of {len(results.latents)} above {CLEAR} "
            f"(weakest {weakest.name}, correlation {weakest.correlation:.2f})"
        )
    return [*lines, "Fréchet distances are biased upwards at small counts: compare equal counts only."]


def _draw_heading(page: ImageDraw.ImageDraw, results: Results) -> int:
    title = Path(results.checkpoint).name if results.checkpoint else "real pictures only"
    _write(page, (MARGIN, MARGIN), title, INK, 34)
    seen = "" if results.images_seen is None else f" · {results.images_seen:,} images seen in training"
    about = f"against {Path(results.data).name} · {results.features} features of {_shown(results)}{seen}"
    _write(page, (MARGIN, MARGIN + 46), about, SOFT, 18)
    y = MARGIN + 84
    for line in _figure_lines(results):
        _write(page, (MARGIN, y), line, INK, 18)
        y += 26
    return y + GAP


def _draw_distances(page: ImageDraw.ImageDraw, comparisons: Sequence[Comparison], y: int) -> int:
    _write(page, (MARGIN, y), "Fréchet distance to the real pictures", INK, 22)
    y += 38
    left, longest = MARGIN + 260, max((entry.frechet for entry in comparisons), default=0.0) or 1.0
    for entry in comparisons:
        colour = MADE if entry.name == "generated" else REAL
        length = round((WIDTH - MARGIN - left - 560) * entry.frechet / longest)
        _write(page, (MARGIN, y + 3), entry.name, INK, 18)
        page.rectangle((left, y, left + max(2, length), y + 26), fill=colour)
        text = f"{entry.frechet:.2f}   kernel ×1000: {_kernel_text(entry)}   {_count_text(entry)} pictures"
        _write(page, (left + length + 14, y + 3), text, SOFT, 18)
        y += 36
    return y + GAP


def _draw_borders(page: ImageDraw.ImageDraw, results: Results, y: int) -> int:
    """For each border a bar of the generated pictures in front of one of the real ones; the scale starts at 0."""
    shown = [borders for borders in (results.real_borders, results.borders) if borders is not None]
    bars = [_ratios_by_label(borders) for borders in shown]
    title = f"Border ratios: grey real, colour generated; 1 is seamless, red is more than {GOAL} times the real ones"
    _write(page, (MARGIN, y), title, INK, 22)
    if not bars or not bars[0]:
        return y + 40
    base, top = y + 50 + CHART_PX, max(1.5, *(borders.worst for borders in shown))
    slot = min(110.0, (WIDTH - 2 * MARGIN) / len(bars[0]))
    for index, label in enumerate(bars[0]):
        middle = MARGIN + slot * (index + 0.5)
        _write(page, (middle, base + 14), label, SOFT, 16, anchor="mm")
        for layer, values in enumerate(bars):
            value, half = values[label], slot * (0.4 - 0.12 * layer)
            too_much = layer and results.relative_borders and _ratios_by_label(results.relative_borders)[label] > GOAL
            height = base - round(CHART_PX * value / top)
            page.rectangle(
                (middle - half, height, middle + half, base), fill=(REAL, LIMIT if too_much else MADE)[layer]
            )
        _write(page, (middle, base - 14), f"{bars[-1][label]:.2f}", PAPER if len(bars) > 1 else INK, 16, anchor="mm")
    level = base - round(CHART_PX / top)
    page.line((MARGIN, level, MARGIN + round(slot * len(bars[0])), level), fill=INK, width=1)
    return int(base) + 44


def _ratios_by_label(borders: BorderRatios) -> dict[str, float]:
    """Ratios by the names that are drawn below them."""
    wrap = {} if borders.wrap is None else {"0°/360°": borders.wrap}
    columns = {f"col {i}|{i + 1}": value for i, value in enumerate(borders.columns)}
    return wrap | columns | {f"row {i}|{i + 1}": value for i, value in enumerate(borders.rows)}


def _draw_pictures(canvas: Image.Image, name: str, pictures: Pictures, y: int) -> int:
    """Two columns of panoramas, more of narrow pictures."""
    _write(ImageDraw.Draw(canvas), (MARGIN, y), name, INK, 22)
    y += 38
    height, width = map(int, pictures[0].shape[:2])
    columns = 2 if width > 1.5 * height else 8
    cell = (WIDTH - 2 * MARGIN - GAP * (columns - 1)) // columns
    tall = round(cell * height / width)
    for index, picture in enumerate(pictures):
        row, column = divmod(index, columns)
        resized = Image.fromarray(picture).resize((cell, tall), Image.Resampling.LANCZOS)
        canvas.paste(resized, (MARGIN + column * (cell + GAP), y + row * (tall + GAP)))
    return y + -(-len(pictures) // columns) * (tall + GAP) + GAP


def _write(
    page: ImageDraw.ImageDraw, place: tuple[float, float], text: str, colour: str, size_px: int, *, anchor: str = "la"
) -> None:
    plain = text.replace("é", "e").replace("×", "x")  # Pillow's built-in font lacks both
    page.text(place, plain, colour, ImageFont.load_default(size_px), anchor)


def _kernel_text(entry: Comparison) -> str:
    error = "" if entry.kernel_error is None else f" ± {1000 * entry.kernel_error:.2f}"
    return f"{1000 * entry.kernel:.2f}{error}"


def _count_text(entry: Comparison) -> str:
    return f"{entry.pictures:,} / {entry.reference_pictures:,}"


def _span(values: Sequence[float]) -> str:
    return f"{min(values):.3f} to {max(values):.3f}" if values else "none"
