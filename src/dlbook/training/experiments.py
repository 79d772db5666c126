"""Train networks over seeds and keep what a comparison needs: scores, parameters and seconds."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ._loop import TASKS, checked_data, compile_model, make_optimizer, train, warm_up
from ._shared import check_model, copy_variables, network_variables

if TYPE_CHECKING:
    import keras

Data = tuple[ArrayLike, ArrayLike]


@dataclass(frozen=True)
class Fit:
    """What a training run leaves behind beside the trained network.

    Parameters
    ----------
    history : dict of str to list of float
        One entry an epoch under ``"loss"`` and the name of each metric, as means while the epoch went on, and
        under the same names with ``"val_"`` for the validation data after the epoch.
    epoch_seconds : list of float
        How long each epoch took, without compilation and without validation.
    compile_seconds : float
        How long the first batch took beyond that. 0 where a compiled network was trained once more.
    n_parameters : int
        How many numbers were trained.
    n_updates : int
        How often they were updated.
    seed : int
        The seed of the run.
    measured : object, optional
        What the argument `measure` of `fit_seeds` returned.

    Examples
    --------
    >>> fit = Fit({"loss": [0.9, 0.5]}, [0.2, 0.1], 1.5, n_parameters=41, n_updates=20, seed=0)
    >>> fit.n_epochs, round(fit.seconds, 1), fit.diverged
    (2, 0.3, False)
    """

    history: dict[str, list[float]]
    epoch_seconds: list[float]
    compile_seconds: float
    n_parameters: int
    n_updates: int
    seed: int
    measured: Any = None

    @property
    def n_epochs(self) -> int:
        """Number of epochs gone through."""
        return len(self.epoch_seconds)

    @property
    def seconds(self) -> float:
        """How long all epochs took together, without compilation and validation."""
        return sum(self.epoch_seconds)

    @property
    def diverged(self) -> bool:
        """Whether the training was stopped because its loss was no longer finite."""
        return not np.isfinite(self.history["loss"][-1])


def fit_model(
    model: "keras.Model",
    data: Data,
    validation: Data | None = None,
    *,
    task: str,
    epochs: int = 10,
    batch_size: int = 32,
    learning_rate: float = 0.001,
    optimizer: str = "adam",
    clipvalue: float | None = None,
    clipnorm: float | None = None,
    global_clipnorm: float | None = None,
    metrics: Sequence[Any] = (),
    stop_when: Callable[[dict[str, list[float]]], bool] | None = None,
    jit_compile: bool | str = "auto",
    compiled: bool = False,
    seed: int = 0,
) -> Fit:
    """Train a network and measure it.

    Parameters
    ----------
    model : keras.Model
        The network, with linear outputs, as `sequence_model` builds it. It is compiled and trained in place.
    data : tuple of array_like
        Inputs and targets. For classes the targets are ids, in the shape of the outputs without their last
        axis; for values they have the shape of the outputs, whose last axis may be left out if it is 1.
    validation : tuple of array_like, optional
        The same, to be measured after every epoch.
    task : {"classes", "values"}
        Classes are trained with cross-entropy and measured by accuracy, values with the mean squared error.
        Masked steps count in neither.
    epochs : int, default 10
        How often to go through the data at most, at least 1.
    batch_size : int, default 32
        Samples for one update, at least 1. The last batch of an epoch may be smaller. A stateful network
        takes batches of its own size only.
    learning_rate : float, default 0.001
        Learning rate, positive.
    optimizer : str, default "adam"
        Name of an optimizer of Keras.
    clipvalue : float, optional
        Largest entry of a gradient. Of these three, one may be given.
    clipnorm : float, optional
        Largest norm of the gradient of each weight matrix.
    global_clipnorm : float, optional
        Largest norm of the whole gradient.
    metrics : sequence, default ()
        Further metrics of Keras: names, functions of targets and outputs, or objects.
    stop_when : callable, optional
        Looks at the history after every epoch and says whether to stop.
    jit_compile : bool or "auto", default "auto"
        Handed to ``compile``. With TensorFlow on a processor, True takes 2 to 3 seconds more to compile, and
        long epochs are then faster.
    compiled : bool, default False
        Whether an earlier call with the same options has compiled the network. Compiling again, which takes
        longer than many an epoch, is then left out. The optimizer starts anew, the weights are as they are.
    seed : int, default 0
        Draws the order of the samples, anew in every epoch. A stateful network gets them in the order given.

    Returns
    -------
    Fit
        The measurements.

    Raises
    ------
    ValueError
        If an argument is out of range, a shape does not fit, an input is not finite, a class does not exist,
        or the samples for a stateful network are not a multiple of its batch size.

    Notes
    -----
    To tell compilation from training, the network is trained on one batch first, and put back as it was.
    The order of the samples is the same on every backend. Training stops after an epoch whose loss is not
    finite. The states of a stateful network are set to zero before every epoch and for every validation.

    Examples
    --------
    >>> from dlbook.training import sequence_model
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(64, 3, 1))
    >>> model = sequence_model("rnn", 4, 2, n_features=1, seed=0)
    >>> fit = fit_model(model, (x, (x[:, -1, 0] > 0).astype(int)), task="classes", epochs=3)
    >>> fit.n_epochs, fit.n_updates, fit.n_parameters, sorted(fit.history)
    (3, 6, 34, ['accuracy', 'loss'])
    >>> fit.history["loss"][-1] < fit.history["loss"][0]
    True
    """
    check_model(model)
    checks.choice(task, "task", TASKS)
    epochs = checks.count(epochs, "epochs")
    seed = checks.count(seed, "seed", least=0)
    size = checks.count(batch_size, "batch_size")
    if not isinstance(metrics, list | tuple):
        raise ValueError(f"metrics must be a list, got {metrics!r:.60}")
    if not isinstance(jit_compile, bool):
        checks.choice(jit_compile, "jit_compile", ["auto"])
    own_size = model.input_shape[0]
    if own_size not in (None, size):
        raise ValueError(f"batch_size must be that of the stateful network, {own_size}, got {batch_size}")
    samples = checked_data(model, data, task, size, "data")
    held_out = None if validation is None else checked_data(model, validation, task, size, "validation")
    clipping = {"clipvalue": clipvalue, "clipnorm": clipnorm, "global_clipnorm": global_clipnorm}
    fresh = make_optimizer(model, optimizer, learning_rate, clipping)
    if not compiled:
        compile_model(model, fresh, task, metrics, jit_compile)
        compile_seconds = warm_up(model, samples, size)
    elif getattr(model, "optimizer", None) is None:
        raise ValueError("compiled must be False for a network that is not compiled, got True")
    else:
        copy_variables(fresh.variables, model.optimizer.variables, "the optimizer")
        compile_seconds = 0.0
    history, epoch_seconds = train(model, samples, held_out, size, epochs, stop_when, seed)
    return Fit(
        history=history,
        epoch_seconds=epoch_seconds,
        compile_seconds=compile_seconds,
        n_parameters=sum(prod(variable.shape) for variable in model.trainable_variables),
        n_updates=len(epoch_seconds) * -(-len(samples["x"]) // size),
        seed=seed,
    )


def fit_seeds(
    build: Callable[[int], "keras.Model"],
    seeds: Iterable[int],
    data: Data,
    validation: Data | None = None,
    *,
    measure: Callable[["keras.Model"], Any] | None = None,
    **options: Any,
) -> list[Fit]:
    """Train the same network from several starts.

    Parameters
    ----------
    build : callable
        Makes the network for a seed. Only the first is compiled; it takes over the starting weights of the
        others, which saves their compilation.
    seeds : iterable of int
        The seeds, at least one. Each draws the starting weights, through `build`, and the order of samples.
    data : tuple of array_like
        Inputs and targets, see `fit_model`.
    validation : tuple of array_like, optional
        The same, to be measured after every epoch.
    measure : callable, optional
        Is called with the trained network of each seed. What it returns is kept as ``Fit.measured``.
    **options
        The keyword arguments of `fit_model` but `compiled` and `seed`; `task` among them.

    Returns
    -------
    list of Fit
        One for each seed.

    Raises
    ------
    ValueError
        If there is no seed, the networks differ in their shapes, or for a reason that `fit_model` has.

    Examples
    --------
    Four kinds of networks on one task, three starts each:

    >>> from dlbook.data import adding_problem
    >>> from dlbook.training import KINDS, sequence_model
    >>> train = adding_problem(1000, 20, rng=np.random.default_rng(0))
    >>> plan = {"task": "values", "epochs": 20, "learning_rate": 0.01}
    >>> for kind in KINDS:
    ...     def build(seed):
    ...         return sequence_model(kind, 16, 1, n_features=2, seed=seed)
    ...     fits = fit_seeds(build, range(3), train, **plan)  # doctest: +SKIP
    ...     print(kind, max(fit.history["loss"][-1] for fit in fits))  # doctest: +SKIP
    """
    if not isinstance(seeds, Iterable):
        raise ValueError(f"seeds must be a list of whole numbers, got {seeds!r:.60}")
    fits: list[Fit] = []
    for seed in seeds:
        if not fits:
            model = build(seed)
        else:
            start = build(seed)
            copy_variables(network_variables(start), network_variables(model), "the first network")
        fit = fit_model(model, data, validation, compiled=bool(fits), seed=seed, **options)
        fits.append(fit if measure is None else replace(fit, measured=measure(model)))
    if not fits:
        raise ValueError("seeds must hold at least one seed, got none")
    return fits


def epochs_to_reach(values: Sequence[float], target: float, *, falling: bool = False) -> int | None:
    """Say when a curve first reaches a target.

    Parameters
    ----------
    values : sequence of float
        One value an epoch, or a step: accuracies, losses. What is not a number reaches nothing.
    target : float
        The value to reach.
    falling : bool, default False
        Whether the curve has to fall to the target, as a loss, instead of rising to it.

    Returns
    -------
    int or None
        The number of the epoch, counted from 1. None if the target is not reached.

    Raises
    ------
    ValueError
        If `values` are no numbers, or `target` is no finite one.

    Examples
    --------
    >>> epochs_to_reach([0.5, 0.8, 0.97, 0.96], 0.9)
    3
    >>> epochs_to_reach([1.2, 0.7], 0.1, falling=True) is None
    True
    """
    curve = checks.array(values, "values", ("n_epochs",), finite=False, empty=True)
    reached = (
        curve <= checks.number(target, "target") if falling else curve >= checks.number(target, "target")
    )
    return int(reached.argmax()) + 1 if reached.any() else None
