"""What a loss is: a number that says how wrong predictions are, and its slope for every one of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .activation import Floats
from .named_function import NamedFunction
from .reduction import Reduction, check_pair, entry_weights, weighted_sum

Check = Callable[..., tuple[Any, Floats]]


@dataclass(frozen=True)
class Loss(NamedFunction):
    r"""A loss with its gradient: ``mean_squared_error(y, p)``, ``mean_squared_error.gradient(y, p)``.

    Parameters
    ----------
    name : str
        The key in `LOSSES`.
    function : callable
        Maps arrays of targets and predictions to the loss of every entry, or of every row of entries.
    slope : callable
        Maps the same to the slope of that loss with respect to every prediction.
    check : callable, optional
        Returns targets and predictions as arrays, or refuses what they may not be. Any numbers of one shape
        are taken without it.
    by_row : bool, default False
        Whether a row of predictions, one number a class, has a single loss.

    Notes
    -----
    A loss is a mean over samples and over outputs, as in Keras. With weights :math:`w_i` the loss :math:`L_i`
    of every sample is multiplied by its weight, and there are two ways to go on:

    .. math:: \text{mean: } \frac{1}{n} \sum_i w_i L_i
              \qquad \text{weighted mean: } \frac{\sum_i w_i L_i}{\sum_i w_i}

    The first is how Keras trains, the second how Keras reports a metric and what scikit-learn computes.

    Every loss takes the two keywords `sample_weight` and `reduction` of its gradient, beside settings of its
    own.

    Examples
    --------
    >>> half_square = Loss("half_square", lambda y, p: (p - y) ** 2 / 2, lambda y, p: p - y)
    >>> half_square([1.0, 2.0], [3.0, 6.0]), half_square.gradient([1.0, 2.0], [3.0, 6.0])
    (5.0, array([1., 2.]))
    >>> half_square.with_gradient([1.0, 2.0], [3.0, 6.0])  # both, and the arguments are checked once
    (5.0, array([1., 2.]))
    >>> half_square([1.0, 2.0], [3.0, 6.0], sample_weight=[3.0, 1.0], reduction="weighted_mean")
    3.5
    """

    name: str
    function: Callable[..., Floats] = field(repr=False)
    slope: Callable[..., Floats] = field(repr=False)
    check: Check | None = field(default=None, repr=False)
    by_row: bool = field(default=False, repr=False)

    def __call__(
        self,
        y: ArrayLike,
        prediction: ArrayLike,
        *settings: Any,
        sample_weight: ArrayLike | None = None,
        reduction: Reduction = "mean",
        **named: Any,
    ) -> float:
        """Return the loss, a mean over samples and outputs."""
        y, p = self._checked(y, prediction)
        return self._value(y, p, sample_weight, reduction, settings, named)

    def gradient(
        self,
        y: ArrayLike,
        prediction: ArrayLike,
        *settings: Any,
        sample_weight: ArrayLike | None = None,
        reduction: Reduction = "mean",
        **named: Any,
    ) -> Floats:
        """Return the derivative of the loss with respect to every prediction.

        Parameters
        ----------
        y : array_like
            Targets.
        prediction : array_like
            Predictions.
        *settings
            Settings of the loss.
        sample_weight : array_like of shape (n_samples,), optional
            Weight of every sample, not negative.
        reduction : {"mean", "weighted_mean"}, default "mean"
            Whether the sum is divided by the number of samples, or by the sum of the weights.
        **named
            Settings of the loss by their names.

        Returns
        -------
        ndarray of the shape of `prediction`
            The gradient.
        """
        y, p = self._checked(y, prediction)
        return self._gradient(y, p, sample_weight, reduction, settings, named)

    def with_gradient(self, y: ArrayLike, prediction: ArrayLike) -> tuple[float, Floats]:
        """Return the loss and its gradient, checked once.

        Parameters
        ----------
        y : array_like
            Targets.
        prediction : array_like
            Predictions.

        Returns
        -------
        value : float
            The loss.
        gradient : ndarray of the shape of `prediction`
            Its derivative with respect to every prediction.
        """
        y, p = self._checked(y, prediction)
        return self._value(y, p), self._gradient(y, p)

    def _value(
        self,
        y: Any,
        p: Floats,
        weight: ArrayLike | None = None,
        reduction: Reduction = "mean",
        settings: tuple[Any, ...] = (),
        named: Mapping[str, Any] = MappingProxyType({}),
    ) -> float:
        with np.errstate(over="ignore"):  # infinite is the right answer then
            losses = self.function(y, p, *settings, **named)
        return weighted_sum(losses, entry_weights(losses.shape, weight, reduction))

    def _gradient(
        self,
        y: Any,
        p: Floats,
        weight: ArrayLike | None = None,
        reduction: Reduction = "mean",
        settings: tuple[Any, ...] = (),
        named: Mapping[str, Any] = MappingProxyType({}),
    ) -> Floats:
        with np.errstate(over="ignore"):
            slopes = self.slope(y, p, *settings, **named)
        if self.by_row:
            return slopes * entry_weights(slopes.shape[:-1], weight, reduction)[..., None]
        return slopes * entry_weights(slopes.shape, weight, reduction)

    def _checked(self, y: ArrayLike, prediction: ArrayLike) -> tuple[Any, Floats]:
        return (self.check or check_pair)(y, prediction)


def loss(
    slope: Callable[..., Floats], check: Check | None = None, *, by_row: bool = False
) -> Callable[[Callable[..., Floats]], Loss]:
    """Make a loss of the function below: its name and docstring become those of the loss."""
    return lambda function: Loss(function.__name__, function, slope, check, by_row)
