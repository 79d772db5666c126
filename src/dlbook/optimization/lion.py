"""Lion: steps of one size, in the direction of a sign."""

import numpy as np
from numpy.typing import NDArray

from ..checks import number
from ..nn import Optimizer
from ..nn.optimizer import Schedule


class Lion(Optimizer):
    r"""Move every entry by the same amount, and remember gradients only to find the sign.

    Parameters
    ----------
    learning_rate : float or callable, default 0.001
        How far every entry of a parameter moves in a step, positive; or a function of the number of steps
        taken before that returns it.
    beta_1 : float, default 0.9
        Weight of the running mean against the new gradient where the sign is taken, in [0, 1).
    beta_2 : float, default 0.99
        Share of the old running mean that each step keeps, in [0, 1).

    Attributes
    ----------
    n_steps : int
        How many steps were taken.

    Notes
    -----
    .. math::

       \begin{aligned}
       \boldsymbol{\theta}_t &= \boldsymbol{\theta}_{t-1} - \eta \,
           \operatorname{sign}\bigl(\beta_1 \mathbf{m}_{t-1} + (1 - \beta_1) \mathbf{g}_t\bigr) \\
       \mathbf{m}_t &= \beta_2 \mathbf{m}_{t-1} + (1 - \beta_2) \, \mathbf{g}_t
       \end{aligned}

    ==================================  ==================  =============================================
    symbol                              name                meaning
    ==================================  ==================  =============================================
    :math:`\theta`                      `parameters`        what is trained
    :math:`\mathbf{g}`                  `gradients`         slope of the loss
    :math:`\mathbf{m}`                                      running mean of the gradient, zero at the start
    :math:`\eta`                        `learning_rate`     length of a step
    :math:`\beta_1`, :math:`\beta_2`    `beta_1`, `beta_2`  how much the mean counts, and how slowly it
                                                            changes
    ==================================  ==================  =============================================

    There is no division, and so no epsilon. Where the sum is exactly zero, the entry stays. The paper adds
    weight decay as `AdamW` does; here, as in Keras by default, there is none.

    References
    ----------
    - X. Chen and others, "Symbolic discovery of optimization algorithms", Advances in Neural Information
      Processing Systems 36, 2023, arXiv:2302.06675, algorithm 2.

    Examples
    --------
    >>> Lion(0.1).step({"w": [1.0, 1.0, 1.0]}, {"w": [1000.0, -0.01, 0.0]})["w"].round(4)
    array([0.9, 1.1, 1. ])
    """

    def __init__(
        self, learning_rate: float | Schedule = 0.001, *, beta_1: float = 0.9, beta_2: float = 0.99
    ) -> None:
        super().__init__(learning_rate)
        self.beta_1 = number(beta_1, "beta_1", least=0, below=1)
        self.beta_2 = number(beta_2, "beta_2", least=0, below=1)
        self._means: dict[str, NDArray[np.float64]] = {}

    def _change(self, name: str, gradient: NDArray[np.float64], rate: float) -> NDArray[np.float64]:
        before = self._means.get(name, 0.0)
        self._means[name] = self.beta_2 * before + (1 - self.beta_2) * gradient
        return rate * np.sign(self.beta_1 * before + (1 - self.beta_1) * gradient)
