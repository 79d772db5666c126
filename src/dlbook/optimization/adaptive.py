"""AdaGrad and RMSProp: a step of its own for every entry of a parameter, by the size of its gradients."""

import numpy as np
from numpy.typing import NDArray

from ..checks import not_negative, number, positive
from ..nn import Optimizer
from ..nn.optimizer import Schedule


class AdaGrad(Optimizer):
    r"""Divide each step by the root of the sum of all squared gradients so far.

    Parameters
    ----------
    learning_rate : float or callable, default 0.001
        Size of a step before the division, positive; or a function of the number of steps taken before that
        returns it.
    initial : float, default 0.1
        What the sum of squares starts with, at least 0. The paper starts with 0, Keras with 0.1.
    epsilon : float, default 1e-7
        Keeps the division from failing where all gradients so far are zero. Positive.

    Attributes
    ----------
    n_steps : int
        How many steps were taken.

    Notes
    -----
    .. math::

       \begin{aligned}
       \mathbf{s}_t &= \mathbf{s}_{t-1} + \mathbf{g}_t \odot \mathbf{g}_t \\
       \boldsymbol{\theta}_t &= \boldsymbol{\theta}_{t-1} -
           \frac{\eta}{\sqrt{\mathbf{s}_t + \epsilon}} \odot \mathbf{g}_t
       \end{aligned}

    ====================  ===============  ======================================
    symbol                name             meaning
    ====================  ===============  ======================================
    :math:`\theta`        `parameters`     what is trained
    :math:`\mathbf{g}`    `gradients`      slope of the loss
    :math:`\mathbf{s}`                     sum of squares, `initial` at the start
    :math:`\eta`          `learning_rate`  size of a step before the division
    :math:`\epsilon`      `epsilon`        a small number, inside the root as in Keras
    ====================  ===============  ======================================

    References
    ----------
    - J. Duchi, E. Hazan and Y. Singer, "Adaptive subgradient methods for online learning and stochastic
      optimization", Journal of Machine Learning Research 12, 2011, pp. 2121-2159.

    Examples
    --------
    The same gradient again and again, and shorter and shorter steps:

    >>> optimizer, weights = AdaGrad(1.0, initial=0.0), {"w": 0.0}
    >>> for _ in range(3):
    ...     weights = optimizer.step(weights, {"w": -5.0})
    ...     print(f"{weights['w']:.4f}")
    1.0000
    1.7071
    2.2845
    """

    def __init__(
        self, learning_rate: float | Schedule = 0.001, *, initial: float = 0.1, epsilon: float = 1e-7
    ) -> None:
        super().__init__(learning_rate)
        self.initial = not_negative(initial, "initial")
        self.epsilon = positive(epsilon, "epsilon")
        self._squares: dict[str, NDArray[np.float64]] = {}

    def _change(self, name: str, gradient: NDArray[np.float64], rate: float) -> NDArray[np.float64]:
        self._squares[name] = self._squares.get(name, self.initial) + gradient**2
        return rate * gradient / np.sqrt(self._squares[name] + self.epsilon)


class RMSProp(Optimizer):
    r"""Divide each step by the root of a running mean of the squared gradients.

    Parameters
    ----------
    learning_rate : float or callable, default 0.001
        Size of a step before the division, positive; or a function of the number of steps taken before that
        returns it.
    rho : float, default 0.9
        Share of the old running mean that each step keeps, in [0, 1).
    epsilon : float, default 1e-7
        Keeps the division from failing where all gradients so far are zero. Positive.

    Attributes
    ----------
    n_steps : int
        How many steps were taken.

    Notes
    -----
    .. math::

       \begin{aligned}
       \mathbf{s}_t &= \rho \, \mathbf{s}_{t-1} + (1 - \rho) \, \mathbf{g}_t \odot \mathbf{g}_t \\
       \boldsymbol{\theta}_t &= \boldsymbol{\theta}_{t-1} -
           \frac{\eta}{\sqrt{\mathbf{s}_t + \epsilon}} \odot \mathbf{g}_t
       \end{aligned}

    ====================  ===============  ======================================
    symbol                name             meaning
    ====================  ===============  ======================================
    :math:`\theta`        `parameters`     what is trained
    :math:`\mathbf{g}`    `gradients`      slope of the loss
    :math:`\mathbf{s}`                     running mean of squares, zero at the start
    :math:`\eta`          `learning_rate`  size of a step before the division
    :math:`\rho`          `rho`            how slowly the mean changes
    :math:`\epsilon`      `epsilon`        a small number, inside the root as in Keras
    ====================  ===============  ======================================

    The mean starts at zero and nothing corrects it, so the first steps are up to
    :math:`1 / \sqrt{1 - \rho}` times as long as :math:`\eta`, 3.2 times with the default. `Adam` corrects
    that.

    References
    ----------
    - G. Hinton, N. Srivastava and K. Swersky, "Neural networks for machine learning", lecture 6e, 2012.

    Examples
    --------
    >>> optimizer, weights = RMSProp(0.1), {"w": np.array([0.0, 0.0])}
    >>> optimizer.step(weights, {"w": np.array([-1000.0, 0.1])})["w"].round(4)
    array([ 0.3162, -0.3162])
    """

    def __init__(
        self, learning_rate: float | Schedule = 0.001, *, rho: float = 0.9, epsilon: float = 1e-7
    ) -> None:
        super().__init__(learning_rate)
        self.rho = number(rho, "rho", least=0, below=1)
        self.epsilon = positive(epsilon, "epsilon")
        self._squares: dict[str, NDArray[np.float64]] = {}

    def _change(self, name: str, gradient: NDArray[np.float64], rate: float) -> NDArray[np.float64]:
        self._squares[name] = self.rho * self._squares.get(name, 0.0) + (1 - self.rho) * gradient**2
        return rate * gradient / np.sqrt(self._squares[name] + self.epsilon)
