"""Rectifiers: activations that pass positive numbers on and hold negative ones back.

All of them bend at zero. There the derivative functions return the slope on the left side.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def relu(z: ArrayLike) -> NDArray[np.float64]:
    r"""Rectified linear unit: keep what is positive, put zero for the rest.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.

    Returns
    -------
    ndarray of the shape of `z`
        The larger of each number and zero.

    Notes
    -----
    .. math:: f(z) = \max(0, z)

    References
    ----------
    - X. Glorot, A. Bordes and Y. Bengio, "Deep sparse rectifier neural networks", AISTATS, 2011.

    Examples
    --------
    >>> relu([-2.0, 0.0, 3.0])
    array([0., 0., 3.])
    """
    return np.maximum(np.asarray(z, dtype=float), 0.0)


def relu_derivative(z: ArrayLike) -> NDArray[np.float64]:
    """Slope of `relu`: one for positive numbers, zero for the others and at zero.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.

    Returns
    -------
    ndarray of the shape of `z`
        The slopes.

    Examples
    --------
    >>> relu_derivative([-2.0, 0.0, 3.0])
    array([0., 0., 1.])
    """
    return (np.asarray(z, dtype=float) > 0).astype(float)


def leaky_relu(z: ArrayLike, slope: float = 0.01) -> NDArray[np.float64]:
    r"""Rectifier that lets a fixed share of every negative number through.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.
    slope : float, default 0.01
        The share, a setting that training does not change. Keras's default is 0.2.

    Returns
    -------
    ndarray of the shape of `z`
        The numbers, the negative ones multiplied by `slope`.

    Raises
    ------
    ValueError
        If `slope` is not a single finite number.

    Notes
    -----
    .. math:: f(z) = z \text{ if } z > 0, \text{ else } \alpha z

    ==============  ==============  =====================================
    symbol          name            meaning
    ==============  ==============  =====================================
    :math:`z`       `z`             input of the activation
    :math:`\alpha`  `slope`         slope on the negative side
    ==============  ==============  =====================================

    References
    ----------
    - A. L. Maas, A. Y. Hannun and A. Y. Ng, "Rectifier nonlinearities improve neural network acoustic
      models", ICML workshop on deep learning for audio, speech and language processing, 2013.

    Examples
    --------
    >>> leaky_relu([-2.0, 0.0, 3.0])
    array([-0.02,  0.  ,  3.  ])
    """
    return prelu(z, _check_number(slope, "slope"))


def leaky_relu_derivative(z: ArrayLike, slope: float = 0.01) -> NDArray[np.float64]:
    """Slope of `leaky_relu`: one for positive numbers, `slope` for the others.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.
    slope : float, default 0.01
        The slope on the negative side.

    Returns
    -------
    ndarray of the shape of `z`
        The slopes.

    Raises
    ------
    ValueError
        If `slope` is not a single finite number.

    Examples
    --------
    >>> leaky_relu_derivative([-2.0, 0.0, 3.0])
    array([0.01, 0.01, 1.  ])
    """
    return prelu_derivative(z, _check_number(slope, "slope"))


def prelu(z: ArrayLike, slope: ArrayLike = 0.25) -> NDArray[np.float64]:
    r"""Parametric rectifier: a leaky one whose slope is learned.

    Parameters
    ----------
    z : array_like of shape (..., n_units)
        Real numbers.
    slope : array_like, default 0.25
        The slope on the negative side: one number, one for every unit, or any other shape that broadcasts to
        that of `z`. The default is where He et al. start the training.

    Returns
    -------
    ndarray of the shape of `z`
        The numbers, the negative ones multiplied by their slope.

    Raises
    ------
    ValueError
        If `slope` is not finite or its shape does not broadcast to that of `z`.

    Notes
    -----
    .. math:: f(z) = z \text{ if } z > 0, \text{ else } \alpha z

    The symbols are those of `leaky_relu`. What differs is that :math:`\alpha` is a parameter, changed by
    gradient descent like a weight: see `prelu_slope_derivative`.

    References
    ----------
    - K. He, X. Zhang, S. Ren and J. Sun, "Delving deep into rectifiers: surpassing human-level performance
      on ImageNet classification", ICCV, 2015, equation 1.

    Examples
    --------
    >>> prelu([[-2.0, -2.0], [4.0, 4.0]], slope=[0.25, 0.5])
    array([[-0.5, -1. ],
           [ 4. ,  4. ]])
    """
    z = np.asarray(z, dtype=float)
    return np.where(z > 0, z, _check_slopes(slope, z.shape) * z)


def prelu_derivative(z: ArrayLike, slope: ArrayLike = 0.25) -> NDArray[np.float64]:
    """Slope of `prelu` with respect to its input.

    Parameters
    ----------
    z : array_like of shape (..., n_units)
        Real numbers.
    slope : array_like, default 0.25
        The slope on the negative side, as in `prelu`.

    Returns
    -------
    ndarray of the shape of `z`
        One for positive numbers, `slope` for the others.

    Raises
    ------
    ValueError
        If `slope` is not finite or its shape does not broadcast to that of `z`.

    Examples
    --------
    >>> prelu_derivative([-2.0, 0.0, 3.0])
    array([0.25, 0.25, 1.  ])
    """
    z = np.asarray(z, dtype=float)
    return np.where(z > 0, 1.0, _check_slopes(slope, z.shape))


def prelu_slope_derivative(z: ArrayLike) -> NDArray[np.float64]:
    """Slope of `prelu` with respect to its parameter, which is what makes it learnable.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.

    Returns
    -------
    ndarray of the shape of `z`
        The negative numbers themselves, and zero for the others.

    References
    ----------
    - K. He, X. Zhang, S. Ren and J. Sun, "Delving deep into rectifiers: surpassing human-level performance
      on ImageNet classification", ICCV, 2015, equation 3.

    Examples
    --------
    >>> prelu_slope_derivative([-2.0, 0.0, 3.0])
    array([-2.,  0.,  0.])
    """
    return np.minimum(np.asarray(z, dtype=float), 0.0)


def randomized_slopes(
    shape: int | tuple[int, ...], lower: float = 1 / 8, upper: float = 1 / 3, *, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw the slopes that `randomized_relu` uses in one training step.

    Parameters
    ----------
    shape : int or tuple of int
        How many slopes: one for every number that the activation gets.
    lower : float, default 1/8
        The smallest slope.
    upper : float, default 1/3
        The largest slope.
    rng : numpy.random.Generator
        Where the slopes come from.

    Returns
    -------
    ndarray of shape `shape`
        Slopes, uniform between `lower` and `upper`.

    Raises
    ------
    ValueError
        If `lower` and `upper` are not finite numbers, or are the wrong way round.

    References
    ----------
    - B. Xu, N. Wang, T. Chen and M. Li, "Empirical evaluation of rectified activations in convolutional
      network", arXiv:1505.00853, 2015. Its slopes are one divided by a number between 3 and 8; the form
      with uniform slopes from 1/8 to 1/3 is the one that libraries took over.

    Examples
    --------
    >>> slopes = randomized_slopes((2, 3), rng=np.random.default_rng(0))
    >>> slopes.shape, bool((slopes >= 1 / 8).all()), bool((slopes < 1 / 3).all())
    ((2, 3), True, True)
    """
    _check_range(lower, upper)
    return rng.uniform(lower, upper, size=shape)


def randomized_relu(
    z: ArrayLike, slopes: ArrayLike | None = None, *, lower: float = 1 / 8, upper: float = 1 / 3
) -> NDArray[np.float64]:
    """Leaky rectifier with random slopes while training, and with their average afterwards.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.
    slopes : array_like, optional
        Training: what `randomized_slopes` drew, one for every number in `z`. The backward pass needs the same
        slopes, so they are kept by the caller. Without them the average slope is used, as after training.
    lower : float, default 1/8
        The smallest slope. Only its average with `upper` matters here.
    upper : float, default 1/3
        The largest slope.

    Returns
    -------
    ndarray of the shape of `z`
        The numbers, the negative ones multiplied by their slope.

    Raises
    ------
    ValueError
        If `slopes` is not finite or does not broadcast to the shape of `z`, if `lower` and `upper` are not
        finite, or if they are the wrong way round.

    References
    ----------
    - B. Xu, N. Wang, T. Chen and M. Li, "Empirical evaluation of rectified activations in convolutional
      network", arXiv:1505.00853, 2015, section 2.4.

    Examples
    --------
    >>> z = np.array([-1.0, -1.0, 2.0])
    >>> randomized_relu(z, randomized_slopes(3, rng=np.random.default_rng(0))).round(3)
    array([-0.258, -0.181,  2.   ])
    >>> randomized_relu(z).round(3)
    array([-0.229, -0.229,  2.   ])
    """
    return prelu(z, _average_unless_given(slopes, lower, upper))


def randomized_relu_derivative(
    z: ArrayLike, slopes: ArrayLike | None = None, *, lower: float = 1 / 8, upper: float = 1 / 3
) -> NDArray[np.float64]:
    """Slope of `randomized_relu`, for the slopes that its forward pass used.

    Parameters
    ----------
    z : array_like of any shape
        Real numbers.
    slopes : array_like, optional
        The slopes of the forward pass. Without them the average slope is used.
    lower : float, default 1/8
        The smallest slope.
    upper : float, default 1/3
        The largest slope.

    Returns
    -------
    ndarray of the shape of `z`
        One for positive numbers, their slope for the others.

    Raises
    ------
    ValueError
        As `randomized_relu`.

    Examples
    --------
    >>> randomized_relu_derivative([-1.0, 2.0], slopes=[0.2, 0.3])
    array([0.2, 1. ])
    """
    return prelu_derivative(z, _average_unless_given(slopes, lower, upper))


def _check_number(value: float, name: str) -> float:
    if np.ndim(value) != 0 or not np.isfinite(value):
        raise ValueError(f"{name} must be one finite number, got {value}")
    return float(value)


def _check_slopes(slope: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.float64]:
    slopes = np.asarray(slope, dtype=float)
    if not np.isfinite(slopes).all():
        raise ValueError(f"slope must be finite, got {slopes[~np.isfinite(slopes)][0]}")
    pairs = zip(slopes.shape[::-1], shape[::-1], strict=False)
    if slopes.ndim > len(shape) or any(size not in (1, whole) for size, whole in pairs):
        raise ValueError(f"slope must broadcast to the shape {shape} of z, got shape {slopes.shape}")
    return slopes


def _check_range(lower: float, upper: float) -> None:
    if _check_number(lower, "lower") > _check_number(upper, "upper"):
        raise ValueError(f"lower must not exceed upper, got {lower} and {upper}")


def _average_unless_given(slopes: ArrayLike | None, lower: float, upper: float) -> ArrayLike:
    _check_range(lower, upper)
    return (lower + upper) / 2 if slopes is None else slopes
