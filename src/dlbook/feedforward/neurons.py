"""Models of one neuron: the threshold unit of McCulloch and Pitts, and the logistic unit."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import array, integers, number
from ..nn import logistic


def mcculloch_pitts(
    excitatory: ArrayLike, threshold: float, inhibitory: ArrayLike | None = None
) -> NDArray[np.int64]:
    r"""Fire when enough excitatory inputs are on and no inhibitory input is.

    Parameters
    ----------
    excitatory : array_like of shape (n_samples, n_excitatory)
        Inputs that help the neuron to fire, each 0 or 1. May have no columns.
    threshold : float
        The number of excitatory inputs that must be on.
    inhibitory : array_like of shape (n_samples, n_inhibitory), optional
        Inputs of which a single one forbids firing, each 0 or 1.

    Returns
    -------
    ndarray of shape (n_samples,)
        1 where the neuron fires, 0 elsewhere.

    Notes
    -----
    .. math:: a = 1 \text{ if } \sum_i x_i \ge \theta \text{ and } \sum_j v_j = 0, \text{ else } a = 0

    ===================  ==============  ===================================
    symbol               name            meaning
    ===================  ==============  ===================================
    :math:`x_i`          `excitatory`    excitatory input, 0 or 1
    :math:`v_j`          `inhibitory`    inhibitory input, 0 or 1: a veto
    :math:`\theta`       `threshold`     how many excitatory inputs it takes
    :math:`a`            returned value  activation of the neuron, 0 or 1
    ===================  ==============  ===================================

    References
    ----------
    - W. S. McCulloch and W. Pitts, "A logical calculus of the ideas immanent in nervous activity", Bulletin
      of Mathematical Biophysics 5, 1943, pp. 115-133.

    Examples
    --------
    >>> inputs = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> mcculloch_pitts(inputs, threshold=2)
    array([0, 0, 0, 1])
    >>> mcculloch_pitts(inputs, threshold=1)
    array([0, 1, 1, 1])
    """
    on = integers(excitatory, "excitatory", ("n_samples", "n_excitatory"), most=1, empty=True)
    if inhibitory is None:
        inhibitory = np.zeros((len(on), 0))
    veto = integers(inhibitory, "inhibitory", (len(on), "n_inhibitory"), most=1, empty=True)
    return ((on.sum(axis=1) >= number(threshold, "threshold")) & ~veto.any(axis=1)).astype(np.int64)


def logistic_unit(x: ArrayLike, weights: ArrayLike, bias: float = 0.0) -> NDArray[np.float64]:
    r"""Answer of one neuron with a logistic activation.

    Parameters
    ----------
    x : array_like of shape (n_samples, n_features)
        One sample a row.
    weights : array_like of shape (n_features,)
        One weight for every feature.
    bias : float, default 0.0
        What the neuron adds whatever the input is.

    Returns
    -------
    ndarray of shape (n_samples,)
        Activations between 0 and 1.

    Notes
    -----
    .. math:: a = \sigma(w^{\top} x + b)

    ==============  ==============  =================================
    symbol          name            meaning
    ==============  ==============  =================================
    :math:`x`       row of `x`      inputs of one sample
    :math:`w`       `weights`       weight of every input
    :math:`b`       `bias`          the bias
    :math:`\sigma`  `logistic`      the logistic function
    :math:`a`       returned value  activation of the neuron, 0 to 1
    ==============  ==============  =================================

    References
    ----------
    - I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning", MIT Press, 2016, section 6.2.2.2.

    Examples
    --------
    >>> logistic_unit([[1.0, 0.0, 1.0]], weights=[0.2, 0.4, -0.5], bias=-0.4).round(3)
    array([0.332])
    """
    x = array(x, "x", ("n_samples", "n_features"), empty=True)
    weights = array(weights, "weights", x.shape[1:], empty=True)
    return logistic(x @ weights + number(bias, "bias"))
