"""Surfaces to walk down: functions of a few parameters that know their gradient and their curvature."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import array, number
from ..nn.named_function import NamedFunction

Floats = NDArray[np.float64]
Window = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Surface(NamedFunction):
    r"""A function of a point, with its gradient and its Hessian.

    Parameters
    ----------
    name : str
        Name of the function.
    function : callable
        Maps points of shape (..., n_parameters) to heights of shape (...).
    slope : callable
        Maps the same to gradients of shape (..., n_parameters).
    bend : callable
        Maps the same to Hessians of shape (..., n_parameters, n_parameters).
    minima : tuple of tuple of float
        The lowest points, none if it falls without end.
    window : tuple of (float, float)
        For each coordinate, the part that a figure shows. Their number is that of the parameters.

    Examples
    --------
    >>> window = ((-1, 1), (-1, 1))
    >>> bowl = Surface(
    ...     "bowl", lambda p: (p**2).sum(-1), lambda p: 2 * p, lambda p: 2 * np.eye(2), ((0, 0),), window
    ... )
    >>> bowl([3.0, 4.0]), bowl.gradient([3.0, 4.0])
    (25.0, array([6., 8.]))
    """

    name: str
    function: Callable[[Floats], Any] = field(repr=False)
    slope: Callable[[Floats], Floats] = field(repr=False)
    bend: Callable[[Floats], Floats] = field(repr=False)
    minima: tuple[tuple[float, ...], ...]
    window: Window

    def __post_init__(self) -> None:
        super().__post_init__()
        window = array(self.window, "window", ("n_parameters", 2))
        none = isinstance(self.minima, tuple | list) and not self.minima
        minima = [] if none else array(self.minima, "minima", ("n_minima", len(window))).tolist()
        vars(self)["minima"], vars(self)["window"] = (
            tuple(map(tuple, minima)),
            tuple(map(tuple, window.tolist())),
        )

    @property
    def n_parameters(self) -> int:
        """Number of coordinates of a point."""
        return len(self.window)

    def __call__(self, point: ArrayLike) -> Any:
        """Return the height at a point, or at several.

        Parameters
        ----------
        point : array_like of shape (..., n_parameters)
            The points.

        Returns
        -------
        float or ndarray of shape (...)
            The heights. Far outside they may be infinite.
        """
        at = self._points(point)
        with np.errstate(over="ignore"):
            heights = self.function(at)
        return float(heights) if at.ndim == 1 else heights

    def gradient(self, point: ArrayLike) -> Floats:
        """Return the direction of steepest ascent at a point, or at several.

        Parameters
        ----------
        point : array_like of shape (..., n_parameters)
            The points.

        Returns
        -------
        ndarray of shape (..., n_parameters)
            The gradients.
        """
        at = self._points(point)
        with np.errstate(over="ignore"):
            return self.slope(at)

    def hessian(self, point: ArrayLike) -> Floats:
        """Return the matrix of second derivatives at a point, or at several.

        Parameters
        ----------
        point : array_like of shape (..., n_parameters)
            The points.

        Returns
        -------
        ndarray of shape (..., n_parameters, n_parameters)
            The Hessians. Their eigenvalues are the curvatures.
        """
        at = self._points(point)
        with np.errstate(over="ignore"):
            return self.bend(at)

    def _points(self, point: ArrayLike) -> Floats:
        return array(point, "point", (..., self.n_parameters))


def surface(
    slope: Callable[[Floats], Floats],
    bend: Callable[[Floats], Floats],
    *,
    minima: tuple[tuple[float, ...], ...],
    window: Window,
) -> Callable[[Callable[[Floats], Any]], Surface]:
    """Make a surface of the function below: its name and docstring become those of the surface."""
    return lambda function: Surface(function.__name__, function, slope, bend, minima, window)


def quadratic(curvatures: ArrayLike, *, angle: float = 0.0) -> Surface:
    r"""Make a bowl or a valley around the origin, with given curvatures.

    Parameters
    ----------
    curvatures : array_like of shape (n_parameters,)
        Second derivatives along the axes of the bowl. A negative one makes a saddle.
    angle : float, default 0.0
        By how many degrees the axes are turned against the coordinates, for two parameters.

    Returns
    -------
    Surface
        :math:`\tfrac{1}{2} \boldsymbol{\theta}^\top \mathbf{H} \boldsymbol{\theta}`, where the Hessian
        :math:`\mathbf{H}` has the curvatures for its eigenvalues.

    Examples
    --------
    >>> valley = quadratic([1.0, 1000.0])
    >>> valley([1.0, 1.0])
    500.5
    >>> turned = quadratic([1.0, 3.0], angle=45)
    >>> turned.hessian([0.0, 0.0]).round(4)
    array([[ 2., -1.],
           [-1.,  2.]])
    """
    given = array(curvatures, "curvatures", ("n_parameters",)).copy()
    angle = number(angle, "angle")
    if angle and len(given) != 2:
        raise ValueError(f"angle must be 0 unless there are two curvatures, got {angle:g} for {len(given)}")
    turn = np.radians(angle)
    axes = np.eye(len(given))
    if angle:
        axes = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = axes * given @ axes.T
    return Surface(
        "quadratic",
        lambda p: (p @ matrix * p).sum(axis=-1) / 2,
        lambda p: p @ matrix,
        lambda p: np.broadcast_to(matrix, (*p.shape[:-1], *matrix.shape)).copy(),
        ((0.0,) * len(given),) if (given >= 0).all() else (),
        ((-1.5, 1.5),) * len(given),
    )


def _beale_parts(p: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return x and y with an axis for the three terms, the exponents, and what is squared in each term."""
    x, y, k = p[..., :1], p[..., 1:], np.array([1.0, 2.0, 3.0])
    return x, y, k, np.array([1.5, 2.25, 2.625]) - x * (1 - y**k)


def _beale_slope(p: Floats) -> Floats:
    x, y, k, rest = _beale_parts(p)
    by_x, by_y = y**k - 1, x * k * y ** (k - 1)
    return 2 * np.stack([(rest * by_x).sum(axis=-1), (rest * by_y).sum(axis=-1)], axis=-1)


def _beale_bend(p: Floats) -> Floats:
    x, y, k, rest = _beale_parts(p)
    by_x, by_y = y**k - 1, x * k * y ** (k - 1)
    by_yy = x * k * (k - 1) * y ** np.maximum(k - 2, 0)
    xx, yy = (by_x**2).sum(axis=-1), (by_y**2 + rest * by_yy).sum(axis=-1)
    return _symmetric(2 * xx, 2 * (by_x * by_y + rest * k * y ** (k - 1)).sum(axis=-1), 2 * yy)


def _rosenbrock_slope(p: Floats) -> Floats:
    x, y = p[..., 0], p[..., 1]
    return np.stack([-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)], axis=-1)


def _rosenbrock_bend(p: Floats) -> Floats:
    x, y = p[..., 0], p[..., 1]
    return _symmetric(2 + 1200 * x**2 - 400 * y, -400 * x, np.full(x.shape, 200.0))


def _pass_slope(p: Floats) -> Floats:
    return np.stack([p[..., 0], p[..., 1] ** 3 - p[..., 1]], axis=-1)


def _pass_bend(p: Floats) -> Floats:
    y = p[..., 1]
    return _symmetric(np.ones(y.shape), np.zeros(y.shape), 3 * y**2 - 1)


_TOY_X, _TOY_Y = np.array([0.5, 2.5]), np.array([0.2, 0.9])


def _toy_parts(p: Floats) -> tuple[Floats, Floats, Floats]:
    """Return outputs minus targets, slopes and bends of the logistic function, one a sample."""
    z = np.clip(p[..., :1] * _TOY_X + p[..., 1:], -700, 700)  # beyond, it is as flat
    a = 1 / (1 + np.exp(-z))
    slope = a * (1 - a)
    return a - _TOY_Y, slope, slope * (1 - 2 * a)


def _toy_slope(p: Floats) -> Floats:
    error, slope, _ = _toy_parts(p)
    delta = error * slope
    return np.stack([(delta * _TOY_X).sum(axis=-1), delta.sum(axis=-1)], axis=-1)


def _toy_bend(p: Floats) -> Floats:
    error, slope, bend = _toy_parts(p)
    second = slope**2 + error * bend
    return _symmetric(*((second * _TOY_X**power).sum(axis=-1) for power in (2, 1, 0)))


def _symmetric(xx: Floats, xy: Floats, yy: Floats) -> Floats:
    return np.stack([np.stack([xx, xy], axis=-1), np.stack([xy, yy], axis=-1)], axis=-2)


_EXACT = np.log(_TOY_Y / (1 - _TOY_Y))  # the weighted sums for which the outputs are the targets
_WEIGHT = float((_EXACT[1] - _EXACT[0]) / (_TOY_X[1] - _TOY_X[0]))


@surface(_beale_slope, _beale_bend, minima=((3.0, 0.5),), window=((-1.0, 4.5), (-1.5, 1.5)))
def beale(point: Floats) -> Floats:
    r"""Flat ground with steep corners.

    Parameters
    ----------
    point : array_like of shape (..., 2)
        The points.

    Returns
    -------
    float or ndarray of shape (...)
        The heights.

    Notes
    -----
    .. math:: (1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2

    It is lowest at (3, 0.5), where it is 0.

    Examples
    --------
    >>> beale([3.0, 0.5]), beale.gradient([3.0, 1.0])
    (0.0, array([ 0.  , 83.25]))
    """
    return (_beale_parts(point)[3] ** 2).sum(axis=-1)


@surface(_rosenbrock_slope, _rosenbrock_bend, minima=((1.0, 1.0),), window=((-1.8, 1.8), (-0.8, 2.2)))
def rosenbrock(point: Floats) -> Floats:
    r"""A curved valley with steep walls and a flat floor.

    Parameters
    ----------
    point : array_like of shape (..., 2)
        The points.

    Returns
    -------
    float or ndarray of shape (...)
        The heights.

    Notes
    -----
    .. math:: (1 - x)^2 + 100 (y - x^2)^2

    It is lowest at (1, 1), where it is 0.

    Examples
    --------
    >>> rosenbrock([1.0, 1.0]), rosenbrock.hessian([1.0, 1.0])
    (0.0, array([[ 802., -400.],
           [-400.,  200.]]))
    """
    x, y = point[..., 0], point[..., 1]
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


@surface(_pass_slope, _pass_bend, minima=((0.0, 1.0), (0.0, -1.0)), window=((-1.6, 1.6), (-1.6, 1.6)))
def saddle(point: Floats) -> Floats:
    r"""Two basins with a pass between them.

    Parameters
    ----------
    point : array_like of shape (..., 2)
        The points.

    Returns
    -------
    float or ndarray of shape (...)
        The heights.

    Notes
    -----
    .. math:: \frac{x^2}{2} + \frac{y^4}{4} - \frac{y^2}{2}

    At (0, 0) is a saddle point; it is lowest at (0, 1) and at (0, -1).

    Examples
    --------
    >>> np.linalg.eigvalsh(saddle.hessian([0.0, 0.0]))
    array([-1.,  1.])
    """
    x, y = point[..., 0], point[..., 1]
    return x**2 / 2 + y**4 / 4 - y**2 / 2


@surface(
    _toy_slope,
    _toy_bend,
    minima=((_WEIGHT, float(_EXACT[0] - _WEIGHT * _TOY_X[0])),),
    window=((-6.0, 6.0), (-6.0, 6.0)),
)
def sigmoid_toy(point: Floats) -> Floats:
    r"""Half the summed squared error of one logistic unit on two samples, over its weight and its bias.

    Parameters
    ----------
    point : array_like of shape (..., 2)
        The points.

    Returns
    -------
    float or ndarray of shape (...)
        The heights.

    Notes
    -----
    .. math:: \frac{1}{2} \sum_{i=1}^{2} \bigl(\sigma(w x_i + b) - y_i\bigr)^2

    for the samples :math:`(x, y) = (0.5, 0.2)` and :math:`(2.5, 0.9)`. Large parts are nearly flat. It is 0
    where the unit is right on both, near (1.792, -2.282).

    Examples
    --------
    >>> round(sigmoid_toy([-3.0, -1.0]), 4), sigmoid_toy.gradient([-3.0, -1.0]).round(4)
    (0.4125, array([-0.0048, -0.0089]))
    """
    return (_toy_parts(point)[0] ** 2).sum(axis=-1) / 2
