"""Adam: steps whose length depends little on the size of the gradient."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Adam:
    r"""The optimizer of Kingma and Ba.

    Parameters
    ----------
    learning_rate : float, default 0.001
        About how far an entry of a parameter moves in a step, positive.
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

    Raises
    ------
    ValueError
        If a number is out of range.

    Notes
    -----
    .. math::

       \begin{aligned}
       m_t &= \beta_1 m_{t-1} + (1 - \beta_1) \, g_t \\
       v_t &= \beta_2 v_{t-1} + (1 - \beta_2) \, g_t^2 \\
       \theta_t &= \theta_{t-1} - \eta \,
           \frac{m_t / (1 - \beta_1^t)}{\sqrt{v_t / (1 - \beta_2^t)} + \epsilon}
       \end{aligned}

    ==================================  ==================  =============================================
    symbol                              name                meaning
    ==================================  ==================  =============================================
    :math:`\theta`                      `parameters`        what is trained
    :math:`g`                           `gradients`         slope of the loss
    :math:`m`, :math:`v`                                    running means of the gradient and its square,
                                                            zero at the start
    :math:`\eta`                        `learning_rate`     length of a step
    :math:`\beta_1`, :math:`\beta_2`    `beta_1`, `beta_2`  how slowly the means change
    :math:`\epsilon`                    `epsilon`           a small number
    ==================================  ==================  =============================================

    Keras adds its epsilon before the correction of :math:`v`, not after it, so that in step :math:`t` its
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
        learning_rate: float = 0.001,
        *,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
    ) -> None:
        for name, value in (("learning_rate", learning_rate), ("epsilon", epsilon)):
            if not (np.isfinite(value) and value > 0):
                raise ValueError(f"{name} must be positive and finite, got {value}")
        for name, value in (("beta_1", beta_1), ("beta_2", beta_2)):
            if not 0 <= value < 1:
                raise ValueError(f"{name} must be in [0, 1), got {value}")
        self.learning_rate, self.epsilon = learning_rate, epsilon
        self.beta_1, self.beta_2 = beta_1, beta_2
        self.n_steps = 0
        self._means: dict[str, NDArray[np.float64]] = {}
        self._squares: dict[str, NDArray[np.float64]] = {}

    def step(
        self, parameters: Mapping[str, ArrayLike], gradients: Mapping[str, ArrayLike]
    ) -> dict[str, NDArray[np.float64]]:
        """Take one step.

        Parameters
        ----------
        parameters : mapping of str to array_like
            The parameters before the step. They stay as they are.
        gradients : mapping of str to array_like
            The gradient of the loss for every one of them, under the same names. One that is not finite
            spoils its parameter for good.

        Returns
        -------
        dict of str to ndarray
            The parameters after the step.

        Raises
        ------
        ValueError
            If a parameter has no gradient or one of another shape, or if names or shapes are not those of
            the first step: each network needs an optimizer of its own.
        """
        values = {name: np.asarray(value, dtype=float) for name, value in parameters.items()}
        slopes = {name: np.asarray(value, dtype=float) for name, value in gradients.items()}
        self._check(values, slopes)
        if self.n_steps == 0:
            self._means = {name: np.zeros_like(value) for name, value in values.items()}
            self._squares = {name: np.zeros_like(value) for name, value in values.items()}
        self.n_steps += 1
        return {name: value - self._change(name, slopes[name]) for name, value in values.items()}

    def _change(self, name: str, gradient: NDArray[np.float64]) -> NDArray[np.float64]:
        self._means[name] = self.beta_1 * self._means[name] + (1 - self.beta_1) * gradient
        self._squares[name] = self.beta_2 * self._squares[name] + (1 - self.beta_2) * gradient**2
        mean = self._means[name] / (1 - self.beta_1**self.n_steps)
        square = self._squares[name] / (1 - self.beta_2**self.n_steps)
        return self.learning_rate * mean / (np.sqrt(square) + self.epsilon)

    def _check(
        self, values: Mapping[str, NDArray[np.float64]], slopes: Mapping[str, NDArray[np.float64]]
    ) -> None:
        if values.keys() != slopes.keys():
            raise ValueError(
                f"gradients must have the names of parameters, {sorted(values)}, got {sorted(slopes)}"
            )
        for name, value in values.items():
            if slopes[name].shape != value.shape:
                raise ValueError(
                    f"gradients must have the shapes of parameters, got {slopes[name].shape} "
                    f"for {name!r} of shape {value.shape}"
                )
        if self.n_steps:
            before = {name: mean.shape for name, mean in self._means.items()}
            now = {name: value.shape for name, value in values.items()}
            if before != now:
                raise ValueError(f"parameters must be those of the first step, {before}, got {now}")
