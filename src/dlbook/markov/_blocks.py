"""The recursions of one long sequence in blocks, all of which take a step together.

A step waits for the one before, and Python for each step. But a hidden Markov model forgets: what a block of
many steps ends with hardly depends on what it began with. So every block begins with a guess, and again with
what the one before it ended with, until that no longer changes; as a rule at the second time. Rounding errors
do not grow on the way, since no step moves two rows of probabilities apart (in Hilbert's metric). The same
holds on the way back, and for the best paths, which soon share their past.

A model that forgets too slowly has its steps grouped: each multiplies a row by the matrix A diag(b_t), so the
product of a block's matrices takes a row from one end of it to the other.
"""

import numpy as np
from numpy.typing import NDArray

from ._kernels import log_viterbi, plain_backward, scaled_forward

Floats = NDArray[np.float64]
Sizes = NDArray[np.intp]

SHORTEST, MOST_STATES = 200, 128
"""With fewer steps or more states, the recursions are about as fast step by step."""

FEW_STATES = 24
"""Up to here it pays to multiply matrices, and to look for best paths in blocks."""

N_TRIES = 5
"""So often blocks may begin anew."""

LEAST = 1e-90
"""Sums may fall to this before they go back to 1: what is lost below 1e-308 is then still of no account."""

SAME = 1e-13
"""Numbers that differ by no more than this share are equal but for rounding."""


class Scaled:
    """Scaled forward and backward probabilities of packed sequences, in blocks where that is faster.

    Parameters
    ----------
    start, transition : ndarray
        Of the model.
    likelihood : ndarray of shape (n_rows, n_states)
        Of the observations, packed.
    sizes : ndarray of shape (n_steps,)
        See `Packing`.

    Attributes
    ----------
    alpha, scale : ndarray
        As `scaled_forward` returns them.
    """

    def __init__(self, start: Floats, transition: Floats, likelihood: Floats, sizes: Sizes) -> None:
        self._transition, self._likelihood, self._sizes = transition, likelihood, sizes
        self._blocks = _Sums(transition, likelihood) if _pays(sizes, len(start), MOST_STATES) else None
        with np.errstate(all="ignore"):  # what cannot be divided is found and done step by step
            done = None if self._blocks is None else self._blocks.forward(start)
        if done is None:
            self._blocks, done = None, scaled_forward(start, transition, likelihood, sizes)
        self.alpha, self.scale = done

    def backward(self) -> Floats:
        """Return beta. What overflows, or follows on an impossible observation, is infinity or NaN."""
        with np.errstate(all="ignore"):
            beta = None if self._blocks is None else self._blocks.backward(self.scale)
            if beta is None:
                beta = plain_backward(self._transition, self._likelihood / self.scale[:, None], self._sizes)
            return beta


def best_path(
    log_start: Floats, log_transition: Floats, log_likelihood: Floats, sizes: Sizes
) -> tuple[NDArray[np.intp], Floats]:
    """Return what `log_viterbi` does, in blocks where that is faster."""
    done = None
    if _pays(sizes, len(log_start), FEW_STATES):
        with np.errstate(invalid="ignore"):
            done = _viterbi_in_blocks(log_start, log_transition, log_likelihood)
    return log_viterbi(log_start, log_transition, log_likelihood, sizes) if done is None else done


def _pays(sizes: Sizes, n_states: int, most_states: int) -> bool:
    return bool(sizes[0] == 1 and len(sizes) >= SHORTEST and n_states <= most_states)


class _Cut:
    """How the steps of a sequence but the first fall into blocks, about as many as each has steps.

    Blocks have the shape (steps of a block, n_columns, n_blocks). Behind the last step stands a filling.
    """

    def __init__(self, n_steps: int) -> None:
        self.n_steps = n_steps - 1
        self.length = -(-self.n_steps // round(self.n_steps**0.5))
        self.n_blocks = -(-self.n_steps // self.length)

    def cut(self, rows: NDArray, filling: float) -> NDArray:
        """Return all rows but the first in blocks."""
        blocks = np.full((self.length, rows.shape[1], self.n_blocks), filling)
        full = self.n_steps // self.length
        end = 1 + full * self.length
        blocks[:, :, :full] = rows[1:end].reshape(full, self.length, -1).transpose(1, 2, 0)
        blocks[: len(rows) - end, :, full:] = rows[end:, :, None]
        return blocks

    def join(self, blocks: NDArray, first: int = 1) -> NDArray:
        """Undo `cut`, with room for a row before, or with `first` = 0 for one behind."""
        rows = np.empty((1 + self.n_blocks * self.length, blocks.shape[1]), dtype=blocks.dtype)
        inside = rows[first : first + self.n_blocks * self.length]
        inside.reshape(self.n_blocks, self.length, -1)[:] = blocks.transpose(2, 0, 1)
        return rows[: 1 + self.n_steps]


class _Sums:
    """The scaled recursions. The filling is an observation that every state explains: it changes nothing."""

    def __init__(self, transition: Floats, likelihood: Floats) -> None:
        self.transition, self.back = transition, np.ascontiguousarray(transition.T)
        self.first, self.cut = likelihood[0], _Cut(len(likelihood))
        self.likelihood = self.cut.cut(likelihood, 1.0)
        self.due = _due(self.likelihood)
        self.blocks = np.empty_like(self.likelihood)
        # Alpha one step before each block
        self.before = np.full(self.likelihood.shape[1:], 1 / len(transition))
        self.products: Floats = np.empty((0, 0, 0))

    def forward(self, start: Floats) -> tuple[Floats, Floats] | None:
        """Return alpha and the scales, or None where blocks are no way to them."""
        row = start * self.first
        first_scale = row.sum()
        self.before[:, 0] = row / first_scale
        blocks = self.blocks
        for _ in range(N_TRIES):
            ended = self._go_forward(blocks)
            if not np.isfinite(ended).all():
                return None
            if _same(self.before[:, 1:], ended[:, :-1]):
                break
            self.before[:, 1:] = ended[:, :-1]
        else:
            if not self._multiply() or not np.isfinite(self._go_forward(blocks)).all():
                return None
        totals = blocks.sum(axis=1, keepdims=True)
        blocks /= totals
        totals[1:] /= np.where(np.reshape(self.due[1:], (-1, 1, 1)), 1.0, totals[:-1])
        alpha, scale = self.cut.join(blocks), self.cut.join(totals)[:, 0]
        alpha[0], scale[0] = self.before[:, 0], first_scale
        return alpha, scale

    def backward(self, scale: Floats) -> Floats | None:
        """Return beta, after `forward` and for its scales, or None where blocks are no way to it.

        Where blocks end, it is brought to where alpha times beta sums to 1, as it does everywhere.
        """
        ratio = self.likelihood / self.cut.cut(scale[:, None], 1.0)
        blocks = self.blocks
        after = np.ones_like(self.before)  # beta at the last step of each block
        for _ in range(0 if len(self.products) else N_TRIES):
            begun = self._go_back(after, ratio, blocks)
            if not np.isfinite(begun).all():
                return None
            if _same(after[:, :-1], begun[:, 1:]):
                break
            after[:, :-1] = begun[:, 1:]
        else:
            if not (len(self.products) or self._multiply()):
                return None
            for k in range(self.cut.n_blocks - 1, 0, -1):
                row = self.products[k] @ after[:, k]
                after[:, k - 1] = row / (self.before[:, k] @ row)
            self._go_back(after, ratio, blocks)
        beta = self.cut.join(blocks, first=0)
        beta[-1] = 1.0
        return beta

    def _go_forward(self, blocks: Floats) -> Floats:
        """Fill the blocks from what is before each, and return what they end with."""
        previous, moved = self.before, np.empty_like(self.before)
        for likelihood, normalize, row in zip(self.likelihood, self.due, blocks, strict=True):
            np.dot(self.back, previous / previous.sum(axis=0) if normalize else previous, moved)
            previous = np.multiply(moved, likelihood, out=row)
        return previous / previous.sum(axis=0)

    def _go_back(self, after: Floats, ratio: Floats, blocks: Floats) -> Floats:
        """Fill the blocks from what is at the end of each, and return what they begin with."""
        later, weighted = after, np.empty_like(after)
        for r, row in zip(ratio[::-1], blocks[::-1], strict=True):
            np.multiply(later, r, out=weighted)
            later = np.dot(self.transition, weighted, row)
        return later / (self.before * later).sum(axis=0)

    def _multiply(self) -> bool:
        """Find the products of all blocks, and with them what is before each, if they tell enough."""
        if len(self.transition) > FEW_STATES:
            return False
        product = self.back[:, :, None] * self.likelihood[0][:, None, :]  # (to, from, n_blocks)
        moved = np.empty_like(product)
        flat, flat_moved = (array.reshape(len(array), -1) for array in (product, moved))
        exponent = np.zeros(product.shape[1:], dtype=np.intp)
        for likelihood, normalize in zip(self.likelihood[1:], self.due[1:], strict=True):
            if normalize:
                exponent += _rescale(product)
            np.dot(self.back, flat, flat_moved)
            np.multiply(moved, likelihood[:, None, :], out=product)
        exponent += _rescale(product)
        exponent[~product.any(axis=0)] = np.iinfo(np.int32).min  # zeros have no size
        product *= np.ldexp(1.0, exponent - exponent.max(axis=0))
        self.products = np.ascontiguousarray(product.transpose(2, 1, 0))
        row = self.before[:, 0]
        for k, matrix in enumerate(self.products[:-1], start=1):
            row = row @ matrix
            total = row.sum()
            if not total > LEAST:
                return False
            row /= total
            self.before[:, k] = row
        return True


def _same(one: Floats, other: Floats) -> bool:
    return bool((np.abs(one - other) <= SAME * np.abs(other)).all())


def _due(likelihood: Floats) -> list[bool]:
    """Before which steps sums go back to 1: where the smallest likelihoods could take them too low."""
    due, room = [], 1.0
    for least in likelihood.min(axis=(1, 2)).tolist():
        due.append(room < 1 and room * least < LEAST)
        room = least if due[-1] else room * least
    return due


def _rescale(product: Floats) -> NDArray[np.intp]:
    """Bring sums over the first axis to between 1/2 and 1 by powers of 2, which is exact; return these."""
    power = np.maximum(np.frexp(product.sum(axis=0))[1], -1000)
    product *= np.ldexp(1.0, -power)
    return power.astype(np.intp)


def _viterbi_in_blocks(
    log_start: Floats, log_transition: Floats, log_likelihood: Floats
) -> tuple[NDArray[np.intp], Floats] | None:
    """Return the best path and log delta, or None where paths take too long to share their past."""
    cut = _Cut(len(log_likelihood))
    b, moves = cut.cut(log_likelihood, 0.0), log_transition[:, :, None]  # (from, to, 1)
    log_delta = np.empty_like(b)
    first = log_start + log_likelihood[0]
    terms = np.empty((len(first), *b.shape[1:]))
    begin = np.zeros(b.shape[1:])
    begin[:, 0] = first
    for _ in range(N_TRIES):
        previous = begin
        for likelihood, row in zip(b, log_delta, strict=True):
            np.add(previous[:, None, :], moves, out=terms)
            previous = np.add(terms.max(axis=0), likelihood, out=row)
        largest = previous.max(axis=0)
        ended = (previous - largest)[:, :-1]
        close = np.abs(begin[:, 1:] - ended) <= SAME * np.abs(largest[:-1])
        if (close | (begin[:, 1:] == ended)).all():
            break
        begin[:, 1:] = ended
    else:
        return None
    came_from = np.empty(b.shape, dtype=np.intp)
    for row, origin in zip([begin, *log_delta[:-1]], came_from, strict=True):
        np.add(row[:, None, :], moves, out=terms)
        terms.argmax(axis=0, out=origin)  # the first of equals
    log_delta[:, :, 1:] += np.cumsum(largest[:-1])
    rows = cut.join(log_delta)
    rows[0] = first
    path = [int(rows[-1].argmax())]
    for origin in cut.join(came_from)[:0:-1].tolist():
        path.append(origin[path[-1]])
    return np.array(path[::-1], dtype=np.intp), rows
