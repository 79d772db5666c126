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

from ..text.checks import require_positive

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


def gradient_norms(gradients: Mapping[str, ArrayLike]) -> dict[str, float]:
    """Length of the gradient of each parameter.

    Parameters
    ----------
    gradients : mapping of str to array_like
        Gradients under the names of their parameters, at least one.

    Returns
    -------
    dict of str to float
        The Euclidean norm of each, all its entries taken as one vector.

    Raises
    ------
    NonFiniteGradientError
        If an entry is infinite or no number.
    ValueError
        If there is no gradient.

    Examples
    --------
    >>> gradient_norms({"kernel": [[3.0, 0.0], [0.0, 4.0]], "bias": [0.0, -2.0]})
    {'kernel': 5.0, 'bias': 2.0}
    """
    return {name: _norm(array) for name, array in _checked(gradients, None).items()}


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
    ValueError
        If there is no gradient.

    Notes
    -----
    .. math:: \lVert \mathbf{g} \rVert = \sqrt{\sum_{\theta} \sum_i g_{\theta, i}^2}

    The largest entry is divided out first. Its square would overflow where an exploding gradient is above
    :math:`10^{154}`.

    Examples
    --------
    >>> global_norm({"kernel": [[2.0, 3.0]], "bias": [6.0]})
    7.0
    >>> global_norm({"kernel": [0.0, 1e200]})
    1e+200
    """
    return _norm(*_checked(gradients, None).values())


def clip_by_value(
    gradients: Mapping[str, ArrayLike], limit: float, *, step: int | None = None
) -> tuple[Gradients, float]:
    r"""Cut each partial derivative to the range from -limit to limit.

    Parameters
    ----------
    gradients : mapping of str to array_like
        Gradients under the names of their parameters, at least one. They stay as they are.
    limit : float
        The largest size that an entry keeps, positive.
    step : int, optional
        Step of the training, named if a gradient is not finite.

    Returns
    -------
    clipped : dict of str to ndarray
        The gradients, cut.
    norm : float
        Norm of all gradients together, before.

    Raises
    ------
    NonFiniteGradientError
        If an entry is infinite or no number: clipping would hide it, or spread it.
    ValueError
        If `limit` is not positive and finite, or there is no gradient.

    Notes
    -----
    .. math:: g_i \leftarrow \max(-c, \min(g_i, c))

    with the `limit` :math:`c`. Entry by entry: no norm decides, and the sign stays. Parity: ``clipvalue`` of
    Keras's optimizers.

    References
    ----------
    - A. Graves, "Generating sequences with recurrent neural networks", arXiv:1308.0850, 2013. There
      the derivatives with respect to the net inputs are clipped.

    Examples
    --------
    >>> clipped, norm = clip_by_value({"w": np.array([3.0, -40.0, 0.5])}, 1.0)
    >>> clipped["w"], round(norm, 2)
    (array([ 1. , -1. ,  0.5]), 40.12)
    """
    require_positive("limit", limit)
    arrays = _checked(gradients, step)
    return {name: np.clip(array, -limit, limit) for name, array in arrays.items()}, _norm(*arrays.values())


def clip_by_norm(
    gradients: Mapping[str, ArrayLike], limit: float, *, step: int | None = None
) -> tuple[Gradients, dict[str, float]]:
    r"""Shorten the gradient of each parameter that is longer than the limit, each by itself.

    Parameters
    ----------
    gradients : mapping of str to array_like
        Gradients under the names of their parameters, at least one. They stay as they are.
    limit : float
        The longest that the gradient of a parameter may be, positive.
    step : int, optional
        Step of the training, named if a gradient is not finite.

    Returns
    -------
    clipped : dict of str to ndarray
        The gradients, none longer than `limit`.
    norms : dict of str to float
        The norm of each, before.

    Raises
    ------
    NonFiniteGradientError
        If an entry is infinite or no number.
    ValueError
        If `limit` is not positive and finite, or there is no gradient.

    Notes
    -----
    .. math:: \mathbf{g}_{\theta} \leftarrow \mathbf{g}_{\theta}
              \, \min\left(1, \frac{c}{\lVert \mathbf{g}_{\theta} \rVert}\right)

    ===========================  ============  ============================================
    symbol                       name          meaning
    ===========================  ============  ============================================
    :math:`\mathbf{g}_{\theta}`  `gradients`   gradient of one parameter, as one vector
    :math:`c`                    `limit`       the longest it may be
    ===========================  ============  ============================================

    Parity: ``clipnorm`` of Keras's optimizers. The direction of the gradient of each parameter stays, that of
    the whole step does not. The function ``clip_by_norm`` of chapter 1 takes all parameters together; here
    that is `clip_by_global_norm`.

    Examples
    --------
    >>> clipped, norms = clip_by_norm({"w": np.array([3.0, 4.0]), "b": np.array([0.5])}, 1.0)
    >>> clipped, norms
    ({'w': array([0.6, 0.8]), 'b': array([0.5])}, {'w': 5.0, 'b': 0.5})
    """
    require_positive("limit", limit)
    arrays = _checked(gradients, step)
    clipped = {name: _shortened(array, _lengths(array), limit) for name, array in arrays.items()}
    return clipped, {name: _norm(array) for name, array in arrays.items()}


def clip_by_global_norm(
    gradients: Mapping[str, ArrayLike], limit: float, *, step: int | None = None
) -> tuple[Gradients, float]:
    r"""Shorten all gradients by one factor if together they are longer than the limit.

    Parameters
    ----------
    gradients : mapping of str to array_like
        Gradients under the names of their parameters, at least one. They stay as they are.
    limit : float
        The longest that all gradients together may be, positive.
    step : int, optional
        Step of the training, named if a gradient is not finite.

    Returns
    -------
    clipped : dict of str to ndarray
        The gradients, together no longer than `limit`.
    norm : float
        Norm of all gradients together, before.

    Raises
    ------
    NonFiniteGradientError
        If an entry is infinite or no number.
    ValueError
        If `limit` is not positive and finite, or there is no gradient.

    Notes
    -----
    .. math:: \mathbf{g} \leftarrow \mathbf{g} \, \min\left(1, \frac{c}{\lVert \mathbf{g} \rVert}\right)

    ====================  ============  ==============================================
    symbol                name          meaning
    ====================  ============  ==============================================
    :math:`\mathbf{g}`    `gradients`   gradients of all parameters, as one vector
    :math:`c`             `limit`       the longest it may be
    ====================  ============  ==============================================

    The direction of the step stays. Parity: ``global_clipnorm`` of Keras's optimizers.

    References
    ----------
    - R. Pascanu, T. Mikolov and Y. Bengio, "On the difficulty of training recurrent neural networks",
      International Conference on Machine Learning, 2013, algorithm 1.

    Examples
    --------
    >>> clipped, norm = clip_by_global_norm({"w": np.array([3.0, 0.0]), "b": np.array([-4.0])}, 2.5)
    >>> clipped, norm
    ({'w': array([1.5, 0. ]), 'b': array([-2.])}, 5.0)
    """
    require_positive("limit", limit)
    arrays = _checked(gradients, step)
    lengths = _lengths(*arrays.values())
    clipped = {name: _shortened(array, lengths, limit) for name, array in arrays.items()}
    return clipped, math.prod(lengths)


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
    ValueError
        If there is no gradient.

    Examples
    --------
    >>> check_finite_gradients({"bias": [3.0, 4.0], "kernel": [[np.nan, 1.0]]}, step=17)
    Traceback (most recent call last):
        ...
    dlbook.sequences.clipping.NonFiniteGradientError: gradient of 'kernel' must be finite, \
got 1 of 2 entries infinite or not a number at step 17 (norm of all finite entries: 5.099)
    """
    _checked(gradients, step)


def _lengths(*arrays: NDArray[np.floating]) -> tuple[float, float]:
    """Return the largest size of an entry, and the Euclidean norm of all entries divided by it.

    No square overflows in this form, and not even a norm that is itself too large for a number spoils the
    clipping.
    """
    largest = max((float(np.abs(array).max()) for array in arrays if array.size), default=0.0)
    if largest == 0.0:
        return 0.0, 1.0
    return largest, math.sqrt(sum(float(((array / largest) ** 2).sum(dtype=float)) for array in arrays))


def _norm(*arrays: NDArray[np.floating]) -> float:
    largest, relative = _lengths(*arrays)
    return largest * relative


def _shortened(
    array: NDArray[np.floating], lengths: tuple[float, float], limit: float
) -> NDArray[np.floating]:
    largest, relative = lengths
    return (array / largest) * (limit / relative) if largest * relative > limit else array.copy()


def _checked(gradients: Mapping[str, ArrayLike], step: int | None) -> Gradients:
    """Return the gradients as arrays of floats, or stop at the first that is not finite."""
    if not gradients:
        raise ValueError("gradients must hold at least one gradient, got none")
    arrays = {name: _as_float(gradient) for name, gradient in gradients.items()}
    for name, array in arrays.items():
        n_wrong = int((~np.isfinite(array)).sum())
        if n_wrong:
            norm = _norm(*(other[np.isfinite(other)] for other in arrays.values()))
            when = "" if step is None else f" at step {step}"
            raise NonFiniteGradientError(
                f"gradient of {name!r} must be finite, got {n_wrong} of {array.size} entries infinite or "
                f"not a number{when} (norm of all finite entries: {norm:.4g})",
                parameter=name,
                n_wrong=n_wrong,
                norm=norm,
                step=step,
            )
    return arrays


def _as_float(gradient: ArrayLike) -> NDArray[np.floating]:
    array = np.asarray(gradient)
    return array if array.dtype.kind == "f" else array.astype(np.float64)
