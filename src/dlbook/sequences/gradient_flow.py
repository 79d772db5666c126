"""How a gradient shrinks or grows on its way back through time, and a bound on how fast.

All functions work on the Jacobians of single steps that those of the module `jacobians` return.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import array, choice, count
from .jacobians import LARGEST_SLOPES
from .spectrum import spectral_norm, square


def jacobian_products(jacobians: ArrayLike) -> NDArray[np.float64]:
    r"""Multiply the Jacobians of single steps: how the last state depends on each earlier one.

    Parameters
    ----------
    jacobians : array_like of shape (time, units, units) or (batch, time, units, units)
        The Jacobian of each state with respect to the one before it.

    Returns
    -------
    ndarray of shape (time + 1, units, units) or (batch, time + 1, units, units)
        Entry k is the Jacobian of the last state with respect to state k. State 0 is the initial one; for the
        last state itself it is the identity.

    Notes
    -----
    .. math::

       \frac{\partial \mathbf{s}_T}{\partial \mathbf{s}_k}
       = \frac{\partial \mathbf{s}_T}{\partial \mathbf{s}_{T-1}} \cdots
         \frac{\partial \mathbf{s}_{k+1}}{\partial \mathbf{s}_k}

    The latest factor stands on the left: matrices do not commute.

    Examples
    --------
    >>> jacobian_products([[[2.0]], [[3.0]], [[5.0]]]).ravel()
    array([30., 15.,  5.,  1.])
    """
    steps = _checked_jacobians(jacobians)
    units = steps.shape[-1]
    products = np.empty((*steps.shape[:-3], steps.shape[-3] + 1, units, units))
    products[..., -1, :, :] = np.eye(units)
    with np.errstate(over="ignore", invalid="ignore"):
        for k in range(steps.shape[-3] - 1, -1, -1):
            products[..., k, :, :] = products[..., k + 1, :, :] @ steps[..., k, :, :]
    if not np.isfinite(products).all():
        raise ValueError("jacobians must have a finite product; for its norm alone use flow_norms")
    return products


def flow_norms(jacobians: ArrayLike, *, gradient: ArrayLike | None = None) -> NDArray[np.float64]:
    r"""Measure how much of a gradient is left after each step back through time.

    Parameters
    ----------
    jacobians : array_like of shape (time, units, units) or (batch, time, units, units)
        The Jacobian of each state with respect to the one before it.
    gradient : array_like of shape (units,) or (batch, units), optional
        Gradient of the loss with respect to the last state. With it the length of that gradient is followed.
        Without it the spectral norm of the Jacobian, the most that any gradient can keep.

    Returns
    -------
    ndarray of shape (time + 1,) or (batch, time + 1)
        Entry d is for d steps back from the last state. Infinite where it is too large for a number, zero
        where too small.

    Notes
    -----
    .. math::

       \left\lVert \frac{\partial \mathbf{s}_T}{\partial \mathbf{s}_{T-d}} \right\rVert_2
       \quad \text{or} \quad
       \left\lVert \frac{\partial \mathcal{L}}{\partial \mathbf{s}_T}
                   \frac{\partial \mathbf{s}_T}{\partial \mathbf{s}_{T-d}} \right\rVert

    After each step the product is divided by a power of two near its size, which is kept apart, so that it
    does not overflow on the way.

    References
    ----------
    - S. Hochreiter, "The vanishing gradient problem during learning recurrent neural nets and problem
      solutions", International Journal of Uncertainty, Fuzziness and Knowledge-Based Systems 6(2), 1998,
      pp. 107-116.

    Examples
    --------
    >>> halves = np.full((3, 1, 1), 0.5)
    >>> flow_norms(halves), flow_norms(halves, gradient=[-8.0])
    (array([1.   , 0.5  , 0.25 , 0.125]), array([8., 4., 2., 1.]))
    """
    steps = _checked_jacobians(jacobians)
    outer, n_steps, units = steps.shape[:-3], steps.shape[-3], steps.shape[-1]
    if gradient is None:
        rows = np.broadcast_to(np.eye(units), (*outer, units, units))
    else:
        rows = array(gradient, "gradient", (*outer, units))[..., None, :]
    norms, total = np.empty((*outer, n_steps + 1)), np.zeros(outer, dtype=np.int64)
    for d in range(n_steps + 1):
        if d:
            rows = rows @ steps[..., n_steps - d, :, :]
        _, exponent = np.frexp(np.abs(rows).max(axis=(-2, -1)))
        rows, total = np.ldexp(rows, -exponent[..., None, None]), total + exponent
        with np.errstate(over="ignore", under="ignore"):
            norms[..., d] = np.ldexp(
                np.linalg.norm(rows, ord=2, axis=(-2, -1)), total
            )  # of one row: its length
    return norms


def flow_bound(recurrent_kernel: ArrayLike, n_steps: int, *, activation: str = "tanh") -> NDArray[np.float64]:
    r"""Bound the Jacobians of a simple recurrent network by the spectral norm of its recurrent weights.

    Parameters
    ----------
    recurrent_kernel : array_like of shape (units, units)
        Weights from the state to the next state.
    n_steps : int
        How many steps back, at least 1.
    activation : {"tanh", "logistic", "relu", "identity"}, default "tanh"
        Activation function of the state.

    Returns
    -------
    ndarray of shape (n_steps + 1,)
        Entry d bounds what `flow_norms` measures d steps back. Infinite where it is too large for a number.

    Notes
    -----
    .. math::

       \left\lVert \frac{\partial \mathbf{s}_t}{\partial \mathbf{s}_k} \right\rVert_2
       \le \prod_{j=k+1}^{t} \lVert \operatorname{diag}(f'(\mathbf{a}_j)) \rVert_2
                             \, \lVert \mathbf{W} \rVert_2
       \le (\gamma_f \lambda)^{t-k}

    ==================  ======================  ===========================================================
    symbol              name                    meaning
    ==================  ======================  ===========================================================
    :math:`\gamma_f`    `LARGEST_SLOPES`        largest slope: 1/4 for the logistic function, 1 for the others
    :math:`\lambda`     `spectral_norm`         spectral norm of the recurrent weights
    ==================  ======================  ===========================================================

    Below 1 the product must vanish. Above 1 it may explode, and need not: the bound says nothing then.

    References
    ----------
    - R. Pascanu, T. Mikolov and Y. Bengio, "On the difficulty of training recurrent neural networks",
      International Conference on Machine Learning, 2013, section 2.1.

    Examples
    --------
    >>> flow_bound([[2.0, 0.0], [0.0, 1.0]], 3, activation="logistic")
    array([1.   , 0.5  , 0.25 , 0.125])
    """
    choice(activation, "activation", LARGEST_SLOPES)
    n_steps = count(n_steps, "n_steps")
    factor = LARGEST_SLOPES[activation] * spectral_norm(square(recurrent_kernel, "recurrent_kernel"))
    with np.errstate(over="ignore", under="ignore"):
        return factor ** np.arange(n_steps + 1.0)


def _checked_jacobians(jacobians: ArrayLike) -> NDArray[np.float64]:
    steps = array(jacobians, "jacobians")
    if steps.ndim not in (3, 4) or steps.shape[-1] != steps.shape[-2]:
        raise ValueError(
            "jacobians must have shape (time, units, units) or (batch, time, units, units), "
            f"got shape {steps.shape}"
        )
    return steps
