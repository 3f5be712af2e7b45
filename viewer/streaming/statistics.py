"""What the streamer counts."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

__all__ = ["Statistics"]


@dataclass
class Statistics:
    """Counts since the start: patches ``made``, of each level too, and ``rooms`` they are of, seconds a patch of the
    newest batch's level (running mean), and what a patch of each level costs in 10⁹ operations; the newest message.
    """

    made: int = 0
    patch_s: float = 0.0
    message: str = ""
    failed: bool = False
    rooms: int = 0
    patch_gflop: tuple[float, ...] = ()
    made_at: Counter[int] = field(default_factory=Counter)

    def count(self, patches: Collection[tuple[int, int, int]], patch_s: float) -> None:
        """A batch has come; ``patch_s``: seconds a patch."""
        self.made += len(patches)
        self.made_at.update(level for level, _, _ in patches)
        self.message = ""  # whatever went wrong, patches come again
        self.patch_s = patch_s if not self.patch_s else 0.8 * self.patch_s + 0.2 * patch_s

    @property
    def gflop(self) -> float:
        """10⁹ operations so far."""
        return sum(cost * self.made_at[level] for level, cost in enumerate(self.patch_gflop))
