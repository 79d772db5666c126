"""Adam: steps whose length depends little on the size of the gradient."""

import numpy as np
from numpy.typing import NDArray

from ..checks import number, positive
from ..nn import Optimizer
from ..nn.optimizer import Schedule


class Adam(Optimizer):
    r"""The optimizer of Kingma and Ba.

    Parameters
    ----------
    learning_rate : float or callable, default 0.001
        About how far an entry of a parameter moves in a step, positive; or a function of the number of steps
        taken before that returns it.
    beta_1 : float, default 0.9
        Share of the old running mean that each step keeps, in [0, 1).
    beta_2 : float, default 0.999
        The same for the running mean of the squares.
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
       m_t &= \beta_1 m_{t-1} + (1 - \beta_1) \, g_t \\
       s_t &= \beta_2 s_{t-1} + (1 - \beta_2) \, g_t^2 \\
       \theta_t &= \theta_{t-1} - \eta \,
           \frac{m_t / (1 - \beta_1^t)}{\sqrt{s_t / (1 - \beta_2^t)} + \epsilon}
       \end{aligned}

    ==================================  ==================  =============================================
    symbol                              name                meaning
    ==================================  ==================  =============================================
    :math:`\theta`                      `parameters`        what is trained
    :math:`g`                           `gradients`         slope of the loss
    :math:`m`, :math:`s`                                    running means of the gradient and its square,
                                                            zero at the start
    :math:`\eta`                        `learning_rate`     length of a step
    :math:`\beta_1`, :math:`\beta_2`    `beta_1`, `beta_2`  how slowly the means change
    :math:`\epsilon`                    `epsilon`           a small number
    ==================================  ==================  =============================================

    Keras adds its epsilon before the correction of :math:`s`, not after it, so that in step :math:`t` its
    epsilon counts :math:`1 / \sqrt{1 - \beta_2^t}` times as much as this one. The difference is seen only
    where gradients are about as small as epsilon.

    References
    ----------
    - D. P. Kingma and J. Ba, "Adam: A method for stochastic optimization", International Conference on
      Learning Representations, 2015, arXiv:1412.6980, algorithm 1.

    Examples
    --------
    Two gradients of very different size, two steps of the same length:

    >>> optimizer = Adam(0.1)
    >>> weights = {"w": np.array([1.0, 1.0])}
    >>> weights = optimizer.step(weights, {"w": np.array([1000.0, -0.01])})
    >>> weights["w"].round(4)
    array([0.9, 1.1])
    """

    def __init__(
        self,
        learning_rate: float | Schedule = 0.001,
        *,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
    ) -> None:
        super().__init__(learning_rate)
        self.beta_1 = number(beta_1, "beta_1", least=0, below=1)
        self.beta_2 = number(beta_2, "beta_2", least=0, below=1)
        self.epsilon = positive(epsilon, "epsilon")
        self._means: dict[str, NDArray[np.float64]] = {}
        self._squares: dict[str, NDArray[np.float64]] = {}

    def _change(self, name: str, gradient: NDArray[np.float64], rate: float) -> NDArray[np.float64]:
        before = self._means.get(name, 0.0), self._squares.get(name, 0.0)
        self._means[name] = self.beta_1 * before[0] + (1 - self.beta_1) * gradient
        self._squares[name] = self.beta_2 * before[1] + (1 - self.beta_2) * gradient**2
        mean = self._means[name] / (1 - self.beta_1**self.n_steps)
        square = self._squares[name] / (1 - self.beta_2**self.n_steps)
        return rate * mean / (np.sqrt(square) + self.epsilon)
