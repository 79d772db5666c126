"""Several sequences in one array, ordered by time, so that one step treats all of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["one", "batch", "list"]


@dataclass(frozen=True, eq=False)
class Packing:
    """Where the steps of several sequences stand in a packed array.

    A packed array holds the first steps of all sequences, then their second steps, and so on. Sequences stand
    in order of falling length, so the rows that go on from one step to the next are always the first ones.
    Nothing is padded: the array has as many rows as there are observations.

    Parameters
    ----------
    lengths : ndarray of shape (n_sequences,)
        Number of steps of each sequence.
    kind : {"one", "batch", "list"}
        How the sequences were given, and so how results are returned: without an axis for the sequences, as
        an array with a leading axis, or as a list.
    """

    lengths: NDArray[np.intp]
    kind: Kind

    @cached_property
    def order(self) -> NDArray[np.intp]:
        """Sequences in order of falling length."""
        return np.argsort(-self.lengths, kind="stable")

    @cached_property
    def sizes(self) -> NDArray[np.intp]:
        """Number of sequences that have a step t, for t = 0, 1, ..."""
        longest = int(self.lengths.max())
        return len(self.lengths) - np.searchsorted(np.sort(self.lengths), np.arange(longest), side="right")

    @cached_property
    def step(self) -> NDArray[np.intp]:
        """Step of each row."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    @cached_property
    def rank(self) -> NDArray[np.intp]:
        """Place of each row's sequence in the order of falling length."""
        first_rows = np.cumsum(self.sizes) - self.sizes
        return np.arange(int(self.sizes.sum())) - np.repeat(first_rows, self.sizes)

    @cached_property
    def sequence(self) -> NDArray[np.intp]:
        """Sequence of each row."""
        return self.order[self.rank]

    @cached_property
    def source(self) -> NDArray[np.intp]:
        """Where each row stands when the sequences follow one another."""
        starts = np.cumsum(self.lengths) - self.lengths
        return starts[self.sequence] + self.step

    @cached_property
    def earlier(self) -> NDArray[np.intp] | slice:
        """The row one step earlier, for all rows but those of the first step."""
        sizes = self.sizes
        n_rows = int(sizes.sum())
        if sizes[0] == sizes[-1]:
            return slice(0, n_rows - int(sizes[0]))
        return np.arange(sizes[0], n_rows) - np.repeat(sizes[:-1], sizes[1:])

    @cached_property
    def last_rows(self) -> NDArray[np.intp]:
        """The row of the last step of each sequence."""
        rows = np.flatnonzero(self.step == self.lengths[self.sequence] - 1)
        return rows[np.argsort(self.sequence[rows])]

    def pack(self, values: NDArray) -> NDArray:
        """Put rows of sequences that follow one another into the order of time."""
        return values if len(self.lengths) == 1 else values[self.source]

    def unpack(self, values: NDArray) -> Any:
        """Return an array with a row a step in the form in which the sequences were given."""
        if len(self.lengths) > 1:
            flat = np.empty_like(values)
            flat[self.source] = values
            values = flat
        return self._split(values, self.lengths)

    def unpack_pairs(self, values: NDArray) -> Any:
        """Return an array with a row for every step but the first in the form of the sequences."""
        if len(self.lengths) > 1:
            later = slice(len(self.lengths), None)
            flat = np.empty_like(values)
            flat[self.source[later] - self.sequence[later] - 1] = values
            values = flat
        return self._split(values, self.lengths - 1)

    def totals(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum a number a row over the steps of each sequence."""
        if self.sizes[0] == self.sizes[-1]:  # then the order is that in which they were given
            return values.reshape(len(self.sizes), -1).sum(axis=0)
        totals = np.bincount(self.sequence, weights=values, minlength=len(self.lengths))
        return totals.astype(np.float64)

    def any(self, rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether something holds for any step of each sequence."""
        found = np.zeros(len(self.lengths), dtype=bool)
        found[self.sequence[rows]] = True
        return found

    def result(self, values: NDArray) -> Any:
        """Return an array with a number for each sequence: a plain number for a single one."""
        return values[0].item() if self.kind == "one" else values

    def name(self, sequence: int) -> str:
        """Name a sequence in a message."""
        return "the sequence" if self.kind == "one" else f"sequence {sequence}"

    def _split(self, values: NDArray, lengths: NDArray[np.intp]) -> Any:
        if self.kind == "one":
            return values
        if self.kind == "batch":
            return values.reshape(len(lengths), lengths[0], *values.shape[1:])
        return np.split(values, np.cumsum(lengths)[:-1])


def by_step(values: NDArray, sizes: NDArray[np.intp]) -> Sequence[NDArray] | NDArray:
    """Views of the rows of each step of a packed array."""
    if sizes[0] == sizes[-1]:
        return values.reshape(len(sizes), sizes[0], *values.shape[1:])
    ends = np.cumsum(sizes).tolist()
    return [values[end - size : end] for size, end in zip(sizes.tolist(), ends, strict=True)]
