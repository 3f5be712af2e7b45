"""What the streamer counts."""

from collections import Counter
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

    @property
    def gflop(self) -> float:
        """10⁹ operations so far."""
        return sum(cost * self.made_at[level] for level, cost in enumerate(self.patch_gflop))
