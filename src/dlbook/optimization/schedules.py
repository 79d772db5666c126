r"""Schedules: learning rates that change while the training goes on.

Each function returns a schedule: a function of the number of steps taken before that returns the rate of the
next step. Give it to an optimizer in the place of a number.

==================  =========================================  ==============================================
function            rate at step `t`                           in Keras
==================  =========================================  ==============================================
`power`             :math:`\eta_0 / (1 + t / k)^c`             ``InverseTimeDecay`` for :math:`c = 1`
`exponential`       :math:`\eta_0 \, q^{t / k}`                ``ExponentialDecay``
`piecewise`         constant between given steps               ``PiecewiseConstantDecay``
`cosine`            half a wave of a cosine down               ``CosineDecay``
`warmup`            up in a straight line, then another one    ``CosineDecay`` with ``warmup_steps``
`one_cycle`         up, down, and far down                     none
`Performance`       lower when the loss stops falling          ``ReduceLROnPlateau``
==================  =========================================  ==============================================
"""

import math
from collections.abc import Sequence
from itertools import pairwise

from ..checks import array, count, not_negative, number, positive
from ..nn.optimizer import Schedule


def power(initial: float, *, steps: float, exponent: float = 1.0) -> Schedule:
    r"""Lower the rate as one over the number of steps.

    Parameters
    ----------
    initial : float
        Rate of the first step, positive.
    steps : float
        With exponent 1, the number of steps after which the rate is one half, after twice as many one third.
        Positive.
    exponent : float, default 1.0
        How fast the rate falls in the long run, positive.

    Returns
    -------
    callable
        The schedule, :math:`\eta_0 / (1 + t / k)^c` for the rate `initial`, `steps` :math:`k` and `exponent`
        :math:`c`.

    Examples
    --------
    >>> rate = power(0.1, steps=50)
    >>> [round(rate(t), 4) for t in (0, 50, 100)]
    [0.1, 0.05, 0.0333]
    """
    initial, steps = positive(initial, "initial"), positive(steps, "steps")
    exponent = positive(exponent, "exponent")
    return lambda n_steps: initial * (1 + n_steps / steps) ** -exponent


def exponential(initial: float, *, steps: float, factor: float = 0.1) -> Schedule:
    r"""Multiply the rate by the same factor in equal times.

    Parameters
    ----------
    initial : float
        Rate of the first step, positive.
    steps : float
        Number of steps in which the rate falls by the factor. Positive.
    factor : float, default 0.1
        What the rate is multiplied by, above 0 and at most 1.

    Returns
    -------
    callable
        The schedule, :math:`\eta_0 \, q^{t / k}` for the rate `initial`, `steps` :math:`k` and `factor`
        :math:`q`.

    Examples
    --------
    >>> rate = exponential(0.1, steps=50)
    >>> [round(rate(t), 4) for t in (0, 50, 100)]
    [0.1, 0.01, 0.001]
    """
    initial, steps = positive(initial, "initial"), positive(steps, "steps")
    factor = number(factor, "factor", above=0, most=1)
    return lambda n_steps: initial * factor ** (n_steps / steps)


def piecewise(boundaries: Sequence[int], rates: Sequence[float]) -> Schedule:
    """Keep the rate constant between given steps.

    Parameters
    ----------
    boundaries : sequence of int
        Numbers of steps after which the rate changes, rising.
    rates : sequence of float
        The rates, one more than boundaries, positive.

    Returns
    -------
    callable
        The schedule. The step that comes after exactly ``boundaries[i]`` others has the rate ``rates[i +
        1]``. Keras changes one step later.

    Examples
    --------
    >>> rate = piecewise([5, 55], [0.1, 0.001, 0.0001])
    >>> [rate(t) for t in (0, 4, 5, 54, 55)]
    [0.1, 0.1, 0.001, 0.001, 0.0001]
    """
    edges = array(boundaries, "boundaries", ("n",), least=0).tolist()
    if any(later <= earlier for earlier, later in pairwise(edges)):
        raise ValueError(f"boundaries must rise from one to the next, got {edges}")
    values = array(rates, "rates", (len(edges) + 1,)).tolist()
    if min(values) <= 0:
        raise ValueError(f"rates must be positive, got {min(values):g}")
    return lambda n_steps: values[sum(n_steps >= edge for edge in edges)]


def cosine(initial: float, *, steps: int, final: float = 0.0) -> Schedule:
    r"""Lower the rate along half a wave of a cosine.

    Parameters
    ----------
    initial : float
        Rate of the first step, positive.
    steps : int
        Number of steps until the last rate is reached, at least 1.
    final : float, default 0.0
        Rate at the end, from 0 up to `initial`. An optimizer takes no rate of 0: with it, do not take more
        than `steps` steps.

    Returns
    -------
    callable
        The schedule, :math:`\eta_T + (\eta_0 - \eta_T) (1 + \cos(\pi t / T)) / 2` up to step :math:`T`, then
        the last rate.

    References
    ----------
    - I. Loshchilov and F. Hutter, "SGDR: Stochastic gradient descent with warm restarts", International
      Conference on Learning Representations, 2017, arXiv:1608.03983, equation 5.

    Examples
    --------
    >>> rate = cosine(0.1, steps=100)
    >>> [round(rate(t), 4) for t in (0, 50, 100)]
    [0.1, 0.05, 0.0]
    """
    initial, steps = positive(initial, "initial"), count(steps, "steps")
    final = number(final, "final", least=0, most=initial)
    return lambda n_steps: _along_cosine(initial, final, n_steps / steps)


def warmup(schedule: Schedule | float, *, steps: int, start: float = 0.0) -> Schedule:
    r"""Raise the rate in a straight line before another schedule begins.

    Parameters
    ----------
    schedule : callable or float
        What comes after, counted from its own step 0; or a constant rate.
    steps : int
        Length of the rise, at least 1. The step that follows it has the full rate.
    start : float, default 0.0
        Where the line begins, one step before the first: so the first rate is above it. At least 0.

    Returns
    -------
    callable
        The schedule. Its rate is `start` plus :math:`(t + 1) / (k + 1)` of the way to the first rate of what
        comes after, for step :math:`t` of :math:`k`. Keras begins at `start` itself, which with 0 means a
        first step that changes nothing.

    Examples
    --------
    >>> rate = warmup(0.1, steps=4)
    >>> [round(rate(t), 4) for t in range(6)]
    [0.02, 0.04, 0.06, 0.08, 0.1, 0.1]
    """
    after = schedule if callable(schedule) else _constant(positive(schedule, "schedule"))
    steps, start = count(steps, "steps"), not_negative(start, "start")

    def rate(n_steps: int) -> float:
        if n_steps >= steps:
            return after(n_steps - steps)
        return start + (after(0) - start) * (n_steps + 1) / (steps + 1)

    return rate


def one_cycle(
    highest: float, *, steps: int, rise: float = 0.3, start: float = 0.04, end: float = 4e-6
) -> Schedule:
    """Raise the rate to a peak and lower it far below the start, both along a cosine.

    Parameters
    ----------
    highest : float
        Rate at the peak, positive.
    steps : int
        Number of steps of the whole cycle, at least 2.
    rise : float, default 0.3
        Share of the steps before the peak, above 0 and below 1.
    start : float, default 0.04
        First rate, as a share of the peak, above 0 and at most 1.
    end : float, default 4e-6
        Last rate, as a share of the peak, above 0 and at most 1.

    Returns
    -------
    callable
        The schedule. After the cycle it stays at the last rate. Smith let the rate rise and fall in straight
        lines; the cosine and the shares are those of a later library, and the momentum, which he moved
        against the rate, stays here as it is.

    References
    ----------
    - L. N. Smith and N. Topin, "Super-convergence: Very fast training of neural networks using large learning
      rates", arXiv:1708.07120, 2017.

    Examples
    --------
    >>> rate = one_cycle(1.0, steps=101, rise=0.5)
    >>> [round(rate(t), 4) for t in (0, 25, 50, 75)]
    [0.04, 0.52, 1.0, 0.5]
    """
    highest, steps = positive(highest, "highest"), count(steps, "steps", 2)
    rise = number(rise, "rise", above=0, below=1)
    lowest = highest * number(start, "start", above=0, most=1)
    last = highest * number(end, "end", above=0, most=1)
    peak = rise * (steps - 1)

    def rate(n_steps: int) -> float:
        if n_steps < peak:
            return _along_cosine(lowest, highest, n_steps / peak)
        return _along_cosine(highest, last, (n_steps - peak) / (steps - 1 - peak))

    return rate


class Performance:
    """Lower the rate when a loss has stopped falling.

    Parameters
    ----------
    initial : float
        Rate at the start, positive.
    factor : float, default 0.1
        What the rate is multiplied by, above 0 and below 1.
    patience : int, default 10
        After how many reports in a row without a better loss the rate is lowered, at least 1.
    least_gain : float, default 0.0001
        By how much a loss must be below the best one to count as better, at least 0.
    lowest : float, default 1e-12
        The rate does not fall below it. Positive.

    Attributes
    ----------
    best : float
        Lowest loss so far, infinite before the first report.

    Notes
    -----
    It is a schedule: give it to an optimizer. It does not depend on the number of steps, but on what `report`
    is told, most often the validation loss after each epoch. With the defaults it does what
    ``ReduceLROnPlateau`` of Keras does.

    Examples
    --------
    >>> rate = Performance(0.1, factor=0.5, patience=2)
    >>> for loss in (1.0, 0.8, 0.9, 0.8):
    ...     rate.report(loss)
    >>> rate(0)
    0.05
    """

    def __init__(
        self,
        initial: float,
        *,
        factor: float = 0.1,
        patience: int = 10,
        least_gain: float = 1e-4,
        lowest: float = 1e-12,
    ) -> None:
        self._rate = positive(initial, "initial")
        self.factor = number(factor, "factor", above=0, below=1)
        self.patience = count(patience, "patience")
        self.least_gain = not_negative(least_gain, "least_gain")
        self.lowest = positive(lowest, "lowest")
        self.best, self._waited = math.inf, 0

    def __call__(self, n_steps: int) -> float:
        """Return the rate that holds now, whatever the number of steps.

        Parameters
        ----------
        n_steps : int
            How many steps were taken before. It does not matter.

        Returns
        -------
        float
            The rate.
        """
        count(n_steps, "n_steps", 0)
        return self._rate

    def report(self, loss: float) -> None:
        """Tell the schedule how the training goes.

        Parameters
        ----------
        loss : float
            The loss that should fall.
        """
        loss = number(loss, "loss")
        if loss < self.best - self.least_gain:
            self.best, self._waited = loss, 0
            return
        self._waited += 1
        if self._waited >= self.patience:
            self._rate, self._waited = max(self._rate * self.factor, min(self._rate, self.lowest)), 0


def _constant(rate: float) -> Schedule:
    return lambda n_steps: rate


def _along_cosine(first: float, last: float, share: float) -> float:
    """Return what lies at a share, from 0 to 1, of half a wave between two numbers."""
    return last + (first - last) * (1 + math.cos(math.pi * min(share, 1.0))) / 2
