"""The network of a recognizer of phrases: chains of words and pauses, joined to one hidden Markov model."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...data.speech import SILENCE
from .acoustic import AcousticModel

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


class Network:
    """A hidden Markov model made of nodes, each the chain of a word or a pause, and weighted arcs."""

    log_start: Floats
    log_transition: Floats
    log_end: Floats
    states: Indices

    def __init__(self, model: AcousticModel) -> None:
        self._model = model
        self._names: list[str | None] = []
        self._chains: list[Indices] = []
        self._units: list[tuple[str, ...]] = []
        self._starts: list[tuple[int, float]] = []
        self._arcs: list[tuple[int, int, float]] = []
        self._ends: list[tuple[int, float]] = []

    def add_word(self, word: str, units: Sequence[str]) -> int:
        return self._add(word, tuple(units))

    def add_pause(self) -> int:
        return self._add(None, (SILENCE,))

    def _add(self, name: str | None, units: tuple[str, ...]) -> int:
        self._names.append(name)
        self._units.append(units)
        self._chains.append(self._model.chain(units))
        return len(self._names) - 1

    def join(self, node: int | None, target: int, weight: float) -> None:
        if node is None:
            self._starts.append((target, weight))
        else:
            self._arcs.append((node, target, weight))

    def finish(self, node: int, weight: float) -> None:
        self._ends.append((node, weight))

    def closed(self) -> "Network":
        """Turn nodes and arcs into the arrays of one hidden Markov model."""
        sizes = np.array([len(chain) for chain in self._chains])
        self._last = np.cumsum(sizes) - 1
        self._first = self._last - sizes + 1
        self.states = np.concatenate(self._chains)
        stay, leave = np.log(self._model.stay[self.states]), np.log1p(-self._model.stay[self.states])
        count = len(self.states)
        self.log_start, self.log_end = np.full(count, -np.inf), np.full(count, -np.inf)
        self.log_transition = np.full((count, count), -np.inf)
        inner = np.setdiff1d(np.arange(count), self._last)
        self.log_transition[inner, inner + 1] = leave[inner]
        np.fill_diagonal(self.log_transition, stay)
        for node, weight in self._starts:
            self.log_start[self._first[node]] = weight
        for node, target, weight in self._arcs:
            last = self._last[node]
            self.log_transition[last, self._first[target]] = leave[last] + weight
        for node, weight in self._ends:
            self.log_end[self._last[node]] = leave[self._last[node]] + weight
        return self

    def read(
        self, path: Indices
    ) -> tuple[tuple[tuple[str, int, int], ...], tuple[tuple[str, int, int], ...]]:
        """Return the words and the units along a path, with their frames."""
        node_of = np.repeat(np.arange(len(self._names)), self._last - self._first + 1)
        entered = np.flatnonzero(np.diff(path, prepend=-1) != 0)
        limits = [t for t in entered.tolist() if path[t] in self._first]
        words, units = [], []
        for begin, end in zip(limits, [*limits[1:], len(path)], strict=True):
            node = int(node_of[path[begin]])
            name = self._names[node]
            if name is not None:
                words.append((name, begin, end))
            counts = [len(self._model.states_of(unit)) for unit in self._units[node]]
            numbers = np.repeat(np.arange(len(counts)), counts)[path[begin:end] - self._first[node]]
            for k, unit in enumerate(self._units[node]):
                frames = np.flatnonzero(numbers == k) + begin
                units.append((unit, int(frames[0]), int(frames[-1]) + 1))
        return tuple(words), tuple(units)
