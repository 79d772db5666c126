"""Optimizers: from the gradients of a step to the parameters after it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

from numpy.typing import ArrayLike

from ..checks import array, positive
from .activation import Floats

Schedule = Callable[[int], float]


class Optimizer(ABC):
    """What every optimizer does: `step` takes parameters and gradients, and returns new parameters.

    Parameters
    ----------
    learning_rate : float or callable
        Size of a step, positive; or a schedule: a function of the number of steps taken before, 0 at first,
        that returns it.

    Attributes
    ----------
    n_steps : int
        How many steps were taken.

    Notes
    -----
    `SGD` and `Adam` are of this kind. One of your own overrides `_change`, which gets the name of a
    parameter, its gradient and the rate. What it remembers from step to step, it keeps under that name: then
    each network needs an optimizer of its own.
    """

    _remembers = True

    def __init__(self, learning_rate: float | Schedule) -> None:
        self.learning_rate = learning_rate if callable(learning_rate) else _rate(learning_rate)
        self.n_steps = 0
        self._shapes: dict[str, tuple[int, ...]] = {}

    @property
    def rate(self) -> float:
        """The learning rate of the step that comes next."""
        now = self.learning_rate
        return _rate(now(self.n_steps)) if callable(now) else now

    def step(
        self, parameters: Mapping[str, ArrayLike], gradients: Mapping[str, ArrayLike]
    ) -> dict[str, Floats]:
        """Take one step.

        Parameters
        ----------
        parameters : mapping of str to array_like
            The parameters before the step. They stay as they are.
        gradients : mapping of str to array_like
            The gradient of the loss for every one of them, under the same names. One that is not finite
            spoils its parameter: see `check_finite_gradients`.

        Returns
        -------
        dict of str to ndarray
            The parameters after the step.

        Raises
        ------
        ValueError
            If a parameter has no gradient or one of another shape, or if an optimizer that remembers is given
            other names or shapes than in its first step.
        """
        values, slopes = _matched(parameters, gradients)
        shapes = {name: value.shape for name, value in values.items()}
        if self._remembers and self.n_steps and shapes != self._shapes:
            raise ValueError(f"parameters must be those of the first step, {self._shapes}, got {shapes}")
        rate, self._shapes = self.rate, shapes
        self.n_steps += 1
        return {name: value - self._change(name, slopes[name], rate) for name, value in values.items()}

    @abstractmethod
    def _change(self, name: str, gradient: Floats, rate: float) -> Floats:
        """Return what a step takes off a parameter. `n_steps` counts the step already."""


class SGD(Optimizer):
    r"""Gradient descent, one batch a step: stochastic where the batch is a sample.

    Parameters
    ----------
    learning_rate : float or callable, default 0.1
        Size of a step, positive; or a function of the number of steps taken before that returns it.

    Notes
    -----
    .. math:: \theta \leftarrow \theta - \eta \, \nabla_{\theta} L

    for the parameters :math:`\theta`, the loss :math:`L` and the learning rate :math:`\eta`.

    References
    ----------
    - I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning", MIT Press, 2016, section 8.3.1,
      algorithm 8.1.

    Examples
    --------
    >>> SGD(0.1).step({"w": [1.0, 2.0]}, {"w": [10.0, -10.0]})
    {'w': array([0., 3.])}
    >>> halved = SGD(lambda n_steps: 0.5**n_steps)
    >>> [float(halved.step({"w": 0.0}, {"w": -1.0})["w"]) for _ in range(3)]
    [1.0, 0.5, 0.25]
    """

    _remembers = False

    def __init__(self, learning_rate: float | Schedule = 0.1) -> None:
        super().__init__(learning_rate)

    def _change(self, name: str, gradient: Floats, rate: float) -> Floats:
        return rate * gradient


def _rate(value: float) -> float:
    return positive(value, "learning_rate")


def _matched(
    parameters: Mapping[str, ArrayLike], gradients: Mapping[str, ArrayLike]
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Return parameters and gradients as arrays, or refuse what does not fit together."""
    for name, values in (("parameters", parameters), ("gradients", gradients)):
        if not isinstance(values, Mapping):
            raise ValueError(f"{name} must be a dictionary of arrays, got {type(values).__name__}")
    if parameters.keys() != gradients.keys():
        raise ValueError(
            f"gradients must have the names of parameters, {sorted(parameters)}, got {sorted(gradients)}"
        )
    arrays = {name: _numbers(value, f"parameters of {name!r}") for name, value in parameters.items()}
    slopes = {name: _numbers(gradients[name], f"gradients of {name!r}") for name in arrays}
    for name, value in arrays.items():
        if slopes[name].shape != value.shape:
            raise ValueError(
                f"gradients must have the shapes of parameters, got {slopes[name].shape} "
                f"for {name!r} of shape {value.shape}"
            )
    return arrays, slopes


def _numbers(values: ArrayLike, name: str) -> Floats:
    return array(values, name, finite=False, empty=True)
