"""Starting weights of recurrent layers: a random rotation for the weights from state to state."""

import math

import numpy as np
from numpy.typing import NDArray

from ..checks import rng as generator
from ..checks import sides


def orthogonal(shape: tuple[int, int], *, rng: np.random.Generator) -> NDArray[np.float64]:
    r"""Draw a matrix whose rows, or columns, are at right angles and have length 1.

    Parameters
    ----------
    shape : tuple of int
        Number of rows and of columns, both positive.
    rng : numpy.random.Generator
        Where the matrix comes from.

    Returns
    -------
    ndarray of shape `shape`
        A matrix drawn evenly from all such matrices. The shorter side is the one that is orthonormal.

    Notes
    -----
    A square orthogonal matrix keeps the length of every state that it multiplies, and of every gradient on
    the way back:

    .. math:: \lVert \mathbf{s} \mathbf{W} \rVert = \lVert \mathbf{s} \rVert,
              \qquad \mathbf{W} \mathbf{W}^{\top} = \mathbf{I}

    It is the factor Q of the QR decomposition of a normal matrix, with the signs of the diagonal of R taken
    into Q, without which some rotations would be drawn more often than others. Layers with gates draw one
    matrix for all gates together, of shape (units, 4 units) for an LSTM, as Keras does: its rows are
    orthonormal, the blocks of the single gates are not.

    References
    ----------
    - A. M. Saxe, J. L. McClelland and S. Ganguli, "Exact solutions to the nonlinear dynamics of learning in
      deep linear neural networks", International Conference on Learning Representations, 2014.

    Examples
    --------
    >>> w = orthogonal((3, 3), rng=np.random.default_rng(0))
    >>> np.abs(w @ w.T - np.eye(3)).max() < 1e-12
    np.True_
    """
    lengths = sides(shape, "shape", least=1)
    if len(lengths) != 2:
        raise ValueError(f"shape must have two sides, got {lengths}")
    rows, columns = lengths
    q, r = np.linalg.qr(generator(rng).normal(size=(max(rows, columns), min(rows, columns))))
    q = q * np.copysign(1.0, np.diag(r))
    return np.ascontiguousarray(q if rows >= columns else q.T)


def draw_kernels(
    n_features: int, n_units: int, n_blocks: int, rng: np.random.Generator | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw the weights from the input (Glorot uniform) and from the state (orthogonal) to all blocks."""
    if rng is None:
        raise ValueError(
            "rng must be a numpy.random.Generator unless kernel and recurrent_kernel are given, got None"
        )
    limit = math.sqrt(6.0 / (n_features + n_blocks * n_units))
    kernel = generator(rng).uniform(-limit, limit, size=(n_features, n_blocks * n_units))
    return kernel, orthogonal((n_units, n_blocks * n_units), rng=rng)
