"""Curves of runs' figures over the images seen, several runs in one figure (paper Fig. 26 and 29). Imports no torch."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from cocogan_core.errors import ConfigError, DataError
from cocogan_core.files import read_limited
from cocogan_core.json_text import parse_json
from cocogan_core.text import printable

__all__ = ["Curve", "draw_curves", "read_curve"]

Curve = list[tuple[float, float]]  # (images seen, value), in order

MOST_LOG_BYTES = 1 << 30
WIDTH_PX, HEIGHT_PX = 900, 420
LEFT, RIGHT, TOP, BOTTOM = 80, 20, 40, 50  # margins in pixels
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#7f7f7f")
INK, FAINT = "#222222", "#dddddd"
TICKS = 5
TEXT_PX = 14


def read_curve(run: Path, term: str) -> Curve:
    """A term's values in a run's log.jsonl; empty where the run has none of it.

    Raises:
        DataError: there is no log, or a line of it is broken.
    """
    log = run / "log.jsonl" if run.is_dir() else run
    try:
        lines = [parse_json(line) for line in read_limited(log, MOST_LOG_BYTES).splitlines() if line.strip()]
        return [(float(line["seen"]), float(line[term])) for line in lines if term in line]
    except OSError as error:
        raise DataError(f"cannot read {log}: {error.strerror}; name the folder of a run") from error
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{log} is no log of a run: {printable(error)}") from error


def draw_curves(term: str, curves: Mapping[str, Curve]) -> NDArray[np.uint8]:
    """One chart (h, w, 3) of a term, with a colour for each run, by name; values that are not finite are left out.

    Raises:
        ConfigError: no run has a value.
    """
    finite = {name: [point for point in curve if math.isfinite(point[1])] for name, curve in curves.items()}
    points = [point for curve in finite.values() for point in curve]
    if not points:
        raise ConfigError(f"no run has logged {term!r}; fd needs --fd-every in training")
    xs, ys = zip(*points, strict=True)
    spans = _span((0.0, max(xs))), _span((min(ys), max(ys)))
    image = Image.new("RGB", (WIDTH_PX, HEIGHT_PX), "white")
    page = ImageDraw.Draw(image)
    _draw_axes(page, term, spans)
    for number, (name, curve) in enumerate(finite.items()):
        colour = COLOURS[number % len(COLOURS)]
        _draw_curve(page, [_place(point, spans) for point in curve], colour)
        _text(page, (WIDTH_PX - RIGHT, TOP + number * (TEXT_PX + 4)), name, colour, "ra")
    return np.asarray(image)


Span = tuple[float, float]


def _span(values: Span) -> Span:
    """From and to, never the same."""
    low, high = values
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _place(point: tuple[float, float], spans: tuple[Span, Span]) -> tuple[float, float]:
    """Pixels of a point, from the chart's upper left corner."""
    across, up = ((value - low) / (high - low) for value, (low, high) in zip(point, spans, strict=True))
    return LEFT + across * (WIDTH_PX - LEFT - RIGHT), HEIGHT_PX - BOTTOM - up * (HEIGHT_PX - TOP - BOTTOM)


def _draw_axes(page: ImageDraw.ImageDraw, term: str, spans: tuple[Span, Span]) -> None:
    (left, right), (low, high) = spans
    for share in np.linspace(0, 1, TICKS):
        x, y = left + share * (right - left), low + share * (high - low)
        across, down = _place((x, y), spans)
        page.line((LEFT, down, WIDTH_PX - RIGHT, down), FAINT)
        _text(page, (LEFT - 6, down), f"{y:.4g}", INK, "rm")
        _text(page, (across, HEIGHT_PX - BOTTOM + 6), f"{x:,.0f}", INK, "ra" if share == 1 else "ma")
    _text(page, (LEFT, 12), term, INK, "la")
    _text(page, (WIDTH_PX - RIGHT, HEIGHT_PX - 20), "images seen", INK, "ra")


def _draw_curve(page: ImageDraw.ImageDraw, places: Sequence[tuple[float, float]], colour: str) -> None:
    if len(places) > 1:
        page.line(list(places), colour, 2)
    for x, y in places if len(places) < 60 else ():
        page.ellipse((x - 2, y - 2, x + 2, y + 2), colour)


def _text(page: ImageDraw.ImageDraw, place: tuple[float, float], text: str, colour: str, anchor: str) -> None:
    page.text(place, text, colour, ImageFont.load_default(TEXT_PX), anchor)
