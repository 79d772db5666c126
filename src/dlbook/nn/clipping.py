r"""Gradient clipping: three ways to shorten a step that is too long, and a stop where it is not finite.

========================  =======================  ==================================================
function                  in Keras                 what it looks at
========================  =======================  ==================================================
`clip_by_value`           ``clipvalue``            each partial derivative by itself
`clip_by_norm`            ``clipnorm``             the gradient of each parameter by itself
`clip_by_global_norm`     ``global_clipnorm``      all gradients together, as one long vector
========================  =======================  ==================================================

The first changes the direction of the step, the second the shares of the parameters, the third neither.
"""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import array, count, positive

Gradients = dict[str, NDArray[np.floating]]


class NonFiniteGradientError(ValueError):
    """A gradient holds numbers that are infinite or no numbers.

    Parameters
    ----------
    message : str
        What happened.
    parameter : str
        Name of the first parameter with such a gradient.
    n_wrong : int
        How many of its entries are infinite or no numbers.
    norm : float
        Norm of all entries of all gradients that are finite.
    step : int or None
        Step of the training, if it was told.
    """

    def __init__(self, message: str, *, parameter: str, n_wrong: int, norm: float, step: int | None) -> None:
        super().__init__(message)
        self.parameter, self.n_wrong, self.norm, self.step = parameter, n_wrong, norm, step


def global_norm(gradients: Mapping[str, ArrayLike]) -> float:
    r"""Length of all gradients together.

    Parameters
    ----------
    gradients : mapping of str to array_like
        Gradients under the names of their parameters, at least one.

    Returns
    -------
    float
        The Euclidean norm of all entries of all gradients, taken as one vector.

    Raises
    ------
    NonFiniteGradientError
        If an entry is infinite or no number.

    Notes
    -----
    .. math:: \lVert \mathbf{g} \rVert = \sqrt{\sum_{\theta} \sum_i g_{\theta, i}^2}

    The largest entry is divided out first. Its square would overflow where an exploding gradient is above
    :math:`10^{154}`, in single precision above :math:`10^{19}`.

    Examples
    --------
    >>> global_norm({"kernel": [[2.0, 3.0]], "bias": [6.0]})
    7.0
    >>> global_norm({"kernel": [0.0, 1e200]})
    1e+200
    """
    return math.prod(lengths(*_checked(gradients, None).values()))


def clip_by_value(gradients: Mapping[str, ArrayLike], limit: float, *, step: int | None = None) -> Gradients:
    r"""Cut each partial derivative to the range from -limit to limit. The direction of the step may change.

    Parameters
    ----------
    gradients : mapping of str to array_like
        Gradients under the names of their parameters, at least one.
    limit : float
        The largest size that an entry keeps, positive.
    step : int, optional
        Step of the training, named if a gradient is not finite.

    Returns
    -------
    dict of str to ndarray
        The gradients, cut.

    Raises
    ------
    NonFiniteGradientError
        If an entry is infinite or no number: clipping would hide it, or spread it.

    References
    ----------
    - A. Graves, "Generating sequences with recurrent neural networks", arXiv:1308.0850, 2013. There
      the derivatives with respect to the net inputs are clipped.

    Examples
    --------
    >>> clip_by_value({"w": np.array([3.0, -40.0, 0.5])}, 1.0)
    {'w': array([ 1. , -1. ,  0.5])}
    """
    limit = positive(limit, "limit")
    return {name: np.clip(one, -limit, limit) for name, one in _checked(gradients, step).items()}


def clip_by_norm(gradients: Mapping[str, ArrayLike], limit: float, *, step: int | None = None) -> Gradients:
    r"""Shorten the gradient of each parameter that is longer than the limit, each by itself.

    Parameters
    ----------
    gradients : mapping of str to array_like
        Gradients under the names of their parameters, at least one.
    limit : float
        The longest that the gradient of a parameter may be, positive.
    step : int, optional
        Step of the training, named if a gradient is not finite.

    Returns
    -------
    dict of str to ndarray
        The gradients, none longer than `limit`. The direction of each stays, that of the whole step does not.

    Raises
    ------
    NonFiniteGradientError
        If an entry is infinite or no number.

    Examples
    --------
    >>> clip_by_norm({"w": np.array([3.0, 4.0]), "b": np.array([0.5])}, 1.0)
    {'w': array([0.6, 0.8]), 'b': array([0.5])}
    """
    limit = positive(limit, "limit")
    return {name: shortened(one, lengths(one), limit) for name, one in _checked(gradients, step).items()}


def clip_by_global_norm(
    gradients: Mapping[str, ArrayLike], limit: float, *, step: int | None = None
) -> Gradients:
    r"""Shorten all gradients by one factor if together they are longer than the limit.

    Parameters
    ----------
    gradients : mapping of str to array_like
        Gradients under the names of their parameters, at least one.
    limit : float
        The longest that all gradients together may be, positive.
    step : int, optional
        Step of the training, named if a gradient is not finite.

    Returns
    -------
    dict of str to ndarray
        The gradients, together no longer than `limit`. The direction of the step stays.

    Raises
    ------
    NonFiniteGradientError
        If an entry is infinite or no number.

    Notes
    -----
    .. math:: \mathbf{g} \leftarrow \mathbf{g} \, \min\left(1, \frac{c}{\lVert \mathbf{g} \rVert}\right)

    for the gradients of all parameters as one vector :math:`\mathbf{g}`, and the `limit` :math:`c`.

    References
    ----------
    - R. Pascanu, T. Mikolov and Y. Bengio, "On the difficulty of training recurrent neural networks",
      International Conference on Machine Learning, 2013, algorithm 1.

    Examples
    --------
    >>> clip_by_global_norm({"w": np.array([3.0, 0.0]), "b": np.array([-4.0])}, 2.5)
    {'w': array([1.5, 0. ]), 'b': array([-2.])}
    """
    limit, arrays = positive(limit, "limit"), _checked(gradients, step)
    together = lengths(*arrays.values())
    return {name: shortened(one, together, limit) for name, one in arrays.items()}


def check_finite_gradients(gradients: Mapping[str, ArrayLike], *, step: int | None = None) -> None:
    """Stop if a gradient holds numbers that are infinite or no numbers.

    Parameters
    ----------
    gradients : mapping of str to array_like
        Gradients under the names of their parameters, at least one.
    step : int, optional
        Step of the training, named in the message.

    Raises
    ------
    NonFiniteGradientError
        If an entry is infinite or no number. Parameter, norm and step are named and are its attributes.

    Examples
    --------
    >>> check_finite_gradients({"bias": [3.0, 4.0], "kernel": [[np.nan, 1.0]]}, step=17)
    Traceback (most recent call last):
        ...
    dlbook.nn.clipping.NonFiniteGradientError: gradient of 'kernel' must be finite, \
got 1 of 2 entries infinite or not a number at step 17 (norm of all finite entries: 5.099)
    """
    _checked(gradients, step)


def lengths(*arrays: NDArray[np.floating]) -> tuple[float, float]:
    """Return the largest size of an entry, and the Euclidean norm of all entries divided by it.

    No square overflows in this form, and not even a norm that is itself too large for a number spoils the
    clipping.
    """
    largest = max((float(np.abs(one).max()) for one in arrays if one.size), default=0.0)
    if largest == 0.0:
        return 0.0, 1.0
    return largest, math.sqrt(sum(float(((one / largest) ** 2).sum(dtype=float)) for one in arrays))


def shortened(
    values: NDArray[np.floating], length: tuple[float, float], limit: float
) -> NDArray[np.floating]:
    """Scale an array to a limit if it, or the whole it is a part of, is longer; `length` as of `lengths`."""
    largest, relative = length
    return (values / largest) * (limit / relative) if largest * relative > limit else values.copy()


def _checked(gradients: Mapping[str, ArrayLike], step: int | None) -> Gradients:
    """Return the gradients as arrays of floats, or stop at the first that is not finite."""
    if not isinstance(gradients, Mapping) or not gradients:
        raise ValueError(f"gradients must be a dictionary with at least one gradient, got {gradients!r:.60}")
    step = None if step is None else count(step, "step", 0)
    arrays = {
        name: array(one, f"gradients of {name!r}", finite=False, empty=True, float32=True)
        for name, one in gradients.items()
    }
    for name, one in arrays.items():
        n_wrong = int((~np.isfinite(one)).sum())
        if n_wrong:
            norm = math.prod(lengths(*(other[np.isfinite(other)] for other in arrays.values())))
            when = "" if step is None else f" at step {step}"
            raise NonFiniteGradientError(
                f"gradient of {name!r} must be finite, got {n_wrong} of {one.size} entries infinite or "
                f"not a number{when} (norm of all finite entries: {norm:.4g})",
                parameter=name,
                n_wrong=n_wrong,
                norm=norm,
                step=step,
            )
    return arrays
