"""What the user can change about the room: its latent z, by seed, by entry and along principal directions. Pure."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["Latents"]

LARGEST_SEED = 2**31 - 1


@dataclass(frozen=True)
class Latents:
    """A room: ``base`` z entries in [−1, 1], amounts ``along`` principal directions, and entries locked in place."""

    seed: int
    base: tuple[float, ...]
    along: tuple[float, ...] = ()
    locked: frozenset[int] = frozenset()

    @classmethod
    def of_seed(cls, seed: int, z_dim: int) -> Self:
        """The room of a seed: z ~ U[−1, 1] (paper, Appendix C)."""
        return cls(seed, _draw(seed, z_dim))

    def untouched(self) -> Self:
        """The room of the seed again, with nothing changed or locked."""
        return self.of_seed(self.seed, len(self.base))

    def reseed(self, seed: int) -> Self:
        """The room of another seed; locked entries stay."""
        fresh = _draw(seed, len(self.base))
        base = tuple(
            old if i in self.locked else new for i, (old, new) in enumerate(zip(self.base, fresh, strict=True))
        )
        return replace(self, seed=seed, base=base, along=())

    def shuffle(self, rng: np.random.Generator | None = None) -> Self:
        """Another room: any, by ``rng``; without it in a reproducible order from this one's seed on."""
        rng = np.random.default_rng(self.seed) if rng is None else rng
        return self.reseed(int(rng.integers(LARGEST_SEED)))

    def with_value(self, index: int, value: float, directions: NDArray[np.float32]) -> Self:
        """Entry ``index`` of z set to ``value``, whatever principal ``directions`` (n, z_dim) have moved it by."""
        count = min(len(self.along), len(directions))
        moved = float(np.asarray(self.along[:count]) @ directions[:count, index]) if count else 0.0
        return self.with_entry(index, value - moved)

    def with_entry(self, index: int, value: float) -> Self:
        """Entry ``index`` of z set."""
        return replace(self, base=(*self.base[:index], min(max(value, -1.0), 1.0), *self.base[index + 1 :]))

    def reset_entry(self, index: int) -> Self:
        """Entry ``index`` as the seed has it."""
        return self.with_entry(index, _draw(self.seed, len(self.base))[index])

    def with_along(self, index: int, amount: float) -> Self:
        """So far along principal direction ``index``."""
        along = [*self.along, *[0.0] * (index + 1 - len(self.along))]
        along[index] = amount
        return replace(self, along=tuple(along))

    def toggle_lock(self, index: int) -> Self:
        """Entry ``index`` locked, or no longer."""
        return replace(self, locked=self.locked ^ {index})

    def z(self, directions: NDArray[np.float32]) -> NDArray[np.float32]:
        """The vector (z_dim,) for the generator, given principal directions (n, z_dim); n may be 0."""
        count = min(len(self.along), len(directions))
        moved = np.asarray(self.base, np.float32)
        if count:
            moved = moved + np.asarray(self.along[:count], np.float32) @ directions[:count]
        return np.clip(moved, -1, 1).astype(np.float32)

    def key(self, directions: NDArray[np.float32]) -> bytes:
        """The bytes of :meth:`z`; none while the directions are awaited that it goes along."""
        return b"" if any(self.along) and not len(directions) else self.z(directions).tobytes()


def _draw(seed: int, z_dim: int) -> tuple[float, ...]:
    return tuple(np.random.default_rng(seed).uniform(-1, 1, z_dim).tolist())
