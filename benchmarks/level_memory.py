"""Memory of a training step on each level of detail, in one run: ``python -m benchmarks.level_memory`` (a few minutes).

One model of six levels, D's step and G's on macro patches of one level, each level in a process of its own: resident
memory beyond that of the imports, where the panorama has 768 to 24,576 columns.
"""

from rich.table import Table

from benchmarks.performance_page import report
from cocogan_core.training.benchmark_process import measure_in_process

LEVELS = 6
SETTINGS = {
    "mode": "macro", "preset": "rooms", "batch": 2, "steps": 1, "width": 0, "patch": 0, "precision": "float32",
    "levels": LEVELS,
}  # fmt: skip


def main() -> None:
    """Measure and print."""
    costs = [measure_in_process({**SETTINGS, "level": level}) for level in range(LEVELS)]
    table = Table("level", "panorama's columns", "memory of a step", "of level 1's", "macro patches a second")
    for level, cost in enumerate(costs):
        ratio = cost.peak_bytes / costs[1].peak_bytes
        figures = f"{cost.peak_bytes / 1e6:,.0f} MB", f"{ratio:.3f}", f"{cost.images_per_s:.2f}"
        table.add_row(str(level), f"{768 << level:,}", *figures)
    report("level-memory", "python -m benchmarks.level_memory", table)


if __name__ == "__main__":
    main()
