"""Momentum: steps that remember the steps before, as a rolling ball keeps its speed."""

import numpy as np
from numpy.typing import NDArray

from ..checks import number
from ..nn import Optimizer
from ..nn.optimizer import Schedule


class Momentum(Optimizer):
    r"""Gradient descent with a velocity: the heavy ball of Polyak.

    Parameters
    ----------
    learning_rate : float or callable, default 0.01
        Weight of the new gradient in the velocity, positive; or a function of the number of steps taken
        before that returns it.
    momentum : float, default 0.9
        Share of the velocity that each step keeps, in [0, 1). With 0 it is plain gradient descent.

    Attributes
    ----------
    n_steps : int
        How many steps were taken.

    Notes
    -----
    .. math::

       \begin{aligned}
       \mathbf{v}_t &= \mu \mathbf{v}_{t-1} - \eta \, \mathbf{g}_t \\
       \boldsymbol{\theta}_t &= \boldsymbol{\theta}_{t-1} + \mathbf{v}_t
       \end{aligned}

    =========================  ===============  ======================================
    symbol                     name             meaning
    =========================  ===============  ======================================
    :math:`\theta`             `parameters`     what is trained
    :math:`\mathbf{g}`         `gradients`      slope of the loss
    :math:`\mathbf{v}`                          velocity, zero at the start
    :math:`\eta`               `learning_rate`  weight of the new gradient
    :math:`\mu`                `momentum`       share of the velocity that is kept
    =========================  ===============  ======================================

    The rate is inside the velocity, as in Keras and in the lecture notes. The other convention,
    :math:`\mathbf{v} \leftarrow \mu \mathbf{v} + \mathbf{g}` and
    :math:`\theta \leftarrow \theta - \eta \mathbf{v}`, makes the same steps while the rate stays; when the
    rate changes, it changes the part of the old gradients at once.

    Under a steady gradient the steps grow to :math:`\eta / (1 - \mu)` times that gradient.

    References
    ----------
    - B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", USSR Computational
      Mathematics and Mathematical Physics 4(5), 1964, pp. 1-17.

    Examples
    --------
    The same gradient twice: the second step is longer.

    >>> optimizer = Momentum(0.1, momentum=0.5)
    >>> weights = optimizer.step({"w": [1.0]}, {"w": [2.0]})
    >>> optimizer.step(weights, {"w": [2.0]})["w"].round(4)
    array([0.5])
    """

    def __init__(self, learning_rate: float | Schedule = 0.01, *, momentum: float = 0.9) -> None:
        super().__init__(learning_rate)
        self.momentum = number(momentum, "momentum", least=0, below=1)
        self._velocities: dict[str, NDArray[np.float64]] = {}

    def _change(self, name: str, gradient: NDArray[np.float64], rate: float) -> NDArray[np.float64]:
        return -self._accelerate(name, gradient, rate)

    def _accelerate(self, name: str, gradient: NDArray[np.float64], rate: float) -> NDArray[np.float64]:
        self._velocities[name] = self.momentum * self._velocities.get(name, 0.0) - rate * gradient
        return self._velocities[name]


class Nesterov(Momentum):
    r"""Momentum whose gradient is taken where the velocity is about to lead, in the form of Keras.

    Parameters
    ----------
    learning_rate : float or callable, default 0.01
        Weight of the new gradient in the velocity, positive; or a function of the number of steps taken
        before that returns it.
    momentum : float, default 0.9
        Share of the velocity that each step keeps, in [0, 1). With 0 it is plain gradient descent.

    Attributes
    ----------
    n_steps : int
        How many steps were taken.

    Notes
    -----
    .. math::

       \begin{aligned}
       \mathbf{v}_t &= \mu \mathbf{v}_{t-1} - \eta \, \mathbf{g}_t \\
       \boldsymbol{\theta}_t &= \boldsymbol{\theta}_{t-1} + \mu \mathbf{v}_t - \eta \, \mathbf{g}_t
       \end{aligned}

    The symbols are those of `Momentum`. In the usual form, the gradient is taken at
    :math:`\mathbf{p} + \mu \mathbf{v}` for the parameters :math:`\mathbf{p}`. Here, as in Keras, what is
    stored is that place itself, :math:`\theta = \mathbf{p} + \mu \mathbf{v}`: so the gradient is taken at the
    parameters that are stored. Both start at the same place, because the velocity is zero then, and from
    there on :math:`\theta_t = \mathbf{p}_t + \mu \mathbf{v}_t`.

    References
    ----------
    - Y. Nesterov, "A method for solving the convex programming problem with convergence rate O(1/k^2)",
      Soviet Mathematics Doklady 27, 1983, pp. 372-376.
    - I. Sutskever, J. Martens, G. Dahl and G. Hinton, "On the importance of initialization and momentum in
      deep learning", International Conference on Machine Learning, 2013.

    Examples
    --------
    >>> optimizer = Nesterov(0.1, momentum=0.5)
    >>> weights = optimizer.step({"w": [1.0]}, {"w": [2.0]})
    >>> weights["w"].round(4)  # 1 - 0.2 - 0.5 * 0.2
    array([0.7])
    """

    def _change(self, name: str, gradient: NDArray[np.float64], rate: float) -> NDArray[np.float64]:
        return rate * gradient - self.momentum * self._accelerate(name, gradient, rate)
