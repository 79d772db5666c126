"""Dropout: leave random units out of every training step."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import number, sides
from ..checks import rng as generator
from .layer import Layer, LayerGradients, check_gradient, check_table


def dropout_mask(shape: tuple[int, ...], rate: float, *, rng: np.random.Generator) -> NDArray[np.float64]:
    r"""Draw what the outputs of a layer are multiplied by in inverted dropout.

    Parameters
    ----------
    shape : tuple of int
        Shape of the outputs.
    rate : float
        Probability of an output to be dropped, from 0 to below 1.
    rng : numpy.random.Generator
        Chooses the outputs that are dropped.

    Returns
    -------
    ndarray of the given shape
        0 where an output is dropped, 1 / (1 - rate) elsewhere. The gradient is multiplied by the same mask.

    Notes
    -----
    .. math:: y_i = \frac{m_i}{1 - p} \, x_i, \qquad P(m_i = 1) = 1 - p

    =====================  ===============  ================================
    symbol                 name             meaning
    =====================  ===============  ================================
    :math:`x_i`                             an output of the layer
    :math:`p`              `rate`           probability of being dropped
    :math:`m_i`            (internal)       1 where the output stays, else 0
    :math:`m_i / (1 - p)`  returned value   the mask
    :math:`y_i`                             what the next layer sees
    =====================  ===============  ================================

    The expectation of the mask is 1, so nothing has to be scaled after training. The original paper scales at
    the other end: :math:`y_i = m_i x_i` in training and :math:`(1 - p) \, x_i` afterwards. In both the
    expectation in training equals what is computed afterwards.

    References
    ----------
    - N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever and R. Salakhutdinov, "Dropout: a simple way to
      prevent neural networks from overfitting", Journal of Machine Learning Research 15, 2014, sections 4
      and 10.

    Examples
    --------
    >>> dropout_mask((2, 3), rate=0.5, rng=np.random.default_rng(1))
    array([[2., 2., 0.],
           [2., 0., 0.]])
    """
    rate = number(rate, "rate", least=0, below=1)
    return (generator(rng).random(sides(shape, "shape")) >= rate) / (1.0 - rate)


class Dropout(Layer):
    r"""Drop random units in training, and none afterwards.

    Parameters
    ----------
    rate : float
        Probability of a unit to be dropped, from 0 to below 1.
    inverted : bool, default True
        Whether the units that stay are scaled up by 1 / (1 - rate) in training, as Keras does. If not, the
        units are scaled down by 1 - rate afterwards, as the original paper does with the weights.

    Notes
    -----
    =========  =======================================  =============================
    scaling    training                                 inference
    =========  =======================================  =============================
    inverted   :math:`y_i = m_i \, x_i / (1 - p)`       :math:`y_i = x_i`
    original   :math:`y_i = m_i \, x_i`                 :math:`y_i = (1 - p) \, x_i`
    =========  =======================================  =============================

    for an output :math:`x_i`, the rate :math:`p` and :math:`m_i`, which is 1 with probability :math:`1 - p`
    and else 0: see `dropout_mask`.

    Examples
    --------
    >>> layer = Dropout(0.5)
    >>> output, cache = layer.forward([[1.0, 2.0, 3.0, 4.0]], training=True, rng=np.random.default_rng(1))
    >>> output
    array([[2., 4., 0., 8.]])
    """

    def __init__(self, rate: float, *, inverted: bool = True) -> None:
        super().__init__()
        self.rate = number(rate, "rate", least=0, below=1)
        self.inverted = inverted

    def forward(
        self, x: ArrayLike, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64] | float]:
        x = check_table(x, None)
        mask = self._mask(x.shape, rng) if training else (1.0 if self.inverted else 1.0 - self.rate)
        return x * mask, mask

    def backward(self, grad: ArrayLike, cache: Any) -> LayerGradients:
        return LayerGradients(check_gradient(grad, np.shape(cache) or None) * cache, {})

    def _mask(self, shape: tuple[int, ...], rng: np.random.Generator | None) -> NDArray[np.float64]:
        if rng is None:
            raise ValueError("rng must be a numpy.random.Generator for dropout in training, got None")
        mask = dropout_mask(shape, self.rate, rng=rng)
        return mask if self.inverted else mask * (1.0 - self.rate)
