"""AdamW and Nadam: what was added to Adam."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import not_negative
from ..nn.optimizer import Schedule
from .adam import Adam


class AdamW(Adam):
    r"""Adam with weight decay that does not go through the gradient.

    Parameters
    ----------
    learning_rate : float or callable, default 0.001
        About how far an entry of a parameter moves in a step, positive; or a function of the number of steps
        taken before that returns it.
    weight_decay : float, default 0.004
        Share of a parameter, times the rate, that each step takes off. At least 0.
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
    .. math:: \boldsymbol{\theta}_t = (1 - \eta \lambda) \, \boldsymbol{\theta}_{t-1} - \Delta_t

    for the step :math:`\Delta_t` of `Adam`, with its start values and its epsilon, and for the `weight_decay`
    :math:`\lambda`. In an L2 penalty the pull towards zero is a part of the gradient instead, so that Adam
    divides it by the root of the mean square as well. Every parameter decays, biases too, as in Keras unless
    they are excluded. The defaults are those of Keras.

    References
    ----------
    - I. Loshchilov and F. Hutter, "Decoupled weight decay regularization", International Conference on
      Learning Representations, 2019, arXiv:1711.05101, algorithm 2.

    Examples
    --------
    Without a gradient only the decay is left:

    >>> AdamW(0.1, weight_decay=0.5).step({"w": [2.0]}, {"w": [0.0]})["w"].round(4)
    array([1.9])
    """

    def __init__(
        self,
        learning_rate: float | Schedule = 0.001,
        *,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
    ) -> None:
        super().__init__(learning_rate, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon)
        self.weight_decay = not_negative(weight_decay, "weight_decay")
        self._decay = 0.0

    def step(
        self, parameters: Mapping[str, ArrayLike], gradients: Mapping[str, ArrayLike]
    ) -> dict[str, NDArray[np.float64]]:
        """Take one step.

        Parameters
        ----------
        parameters : mapping of str to array_like
            The parameters before the step. They stay as they are.
        gradients : mapping of str to array_like
            The gradient of the loss for every one of them, under the same names, without the decay.

        Returns
        -------
        dict of str to ndarray
            The parameters after the step.

        Raises
        ------
        ValueError
            If a parameter has no gradient or one of another shape, or if names or shapes are not those of the
            first step.
        """
        after = super().step(parameters, gradients)
        return {
            name: value - self._decay * np.asarray(parameters[name], float) for name, value in after.items()
        }

    def _change(self, name: str, gradient: NDArray[np.float64], rate: float) -> NDArray[np.float64]:
        self._decay = rate * self.weight_decay  # of the rate that this step was given
        return super()._change(name, gradient, rate)


class Nadam(Adam):
    r"""Adam with Nesterov's look-ahead.

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
       \mu_t &= \beta_1 \bigl(1 - \tfrac{1}{2} \, 0.96^{t}\bigr), \qquad M_t = \mu_1 \mu_2 \cdots \mu_t \\
       \hat{\mathbf{m}}_t &= \frac{\mu_{t+1}}{1 - M_{t+1}} \, \mathbf{m}_t +
           \frac{1 - \mu_t}{1 - M_t} \, \mathbf{g}_t \\
       \boldsymbol{\theta}_t &= \boldsymbol{\theta}_{t-1} -
           \eta \, \frac{\hat{\mathbf{m}}_t}{\sqrt{\mathbf{s}_t / (1 - \beta_2^t)} + \epsilon}
       \end{aligned}

    with the running means :math:`\mathbf{m}` and :math:`\mathbf{s}` of `Adam`, zero at the start. The mean of
    the gradients is mixed with the gradient of this step, as it will be in the next. How much grows over the
    first hundred steps. Epsilon stands outside the root and after the correction, as in Keras.

    References
    ----------
    - T. Dozat, "Incorporating Nesterov momentum into Adam", workshop of the International Conference on
      Learning Representations, 2016.

    Examples
    --------
    >>> Nadam(0.1).step({"w": [1.0, 1.0]}, {"w": [1000.0, -0.01]})["w"].round(4)
    array([0.8937, 1.1063])
    """

    def __init__(
        self,
        learning_rate: float | Schedule = 0.001,
        *,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
    ) -> None:
        super().__init__(learning_rate, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon)
        self._product, self._counted = 1.0, 0

    def _change(self, name: str, gradient: NDArray[np.float64], rate: float) -> NDArray[np.float64]:
        t = self.n_steps
        now, later = (self.beta_1 * (1 - 0.5 * 0.96**step) for step in (t, t + 1))
        if self._counted < t:  # once a step, whatever the number of parameters
            self._product, self._counted = self._product * now, t
        mean, square = self._remember(name, gradient)
        ahead = later / (1 - self._product * later) * mean + (1 - now) / (1 - self._product) * gradient
        return rate * ahead / (np.sqrt(square / (1 - self.beta_2**t)) + self.epsilon)

    def _remember(
        self, name: str, gradient: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        before = self._means.get(name, 0.0), self._squares.get(name, 0.0)
        self._means[name] = self.beta_1 * before[0] + (1 - self.beta_1) * gradient
        self._squares[name] = self.beta_2 * before[1] + (1 - self.beta_2) * gradient**2
        return self._means[name], self._squares[name]
