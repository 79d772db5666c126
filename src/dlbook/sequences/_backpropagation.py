"""Backpropagation through time for any recurrent cell: exact, truncated, and stopped where it overflows."""

from collections.abc import Callable
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from ..nn import NonFiniteGradientError, global_norm
from ._recurrent_checks import Floats

Parts = tuple[Floats, ...]
StepBack = Callable[[int, Parts, Floats], Parts]


def started(mask: NDArray[np.bool_], axis: int) -> NDArray[np.bool_]:
    """From which step on a sequence has had a real step; `axis` is that of time."""
    return np.logical_or.accumulate(mask, axis=axis)


def through_time(
    step_back: StepBack, mask: NDArray[np.bool_] | None, grad: Floats | None, last: Parts, net_grads: Floats
) -> Parts:
    """Send all gradients back to the start together. Fill `net_grads`, return those of the first state."""
    for t in range(len(net_grads) - 1, -1, -1):
        here = last if grad is None else (last[0] + grad[t], *last[1:])
        last = step_back(t, here, net_grads[t])
        if mask is not None and not mask[t].all():
            net_grads[t][~mask[t]] = 0.0
            real = mask[t][:, np.newaxis]
            last = tuple(np.where(real, new, old) for new, old in zip(last, here, strict=True))
    return last


def through_time_truncated(
    step_back: StepBack,
    mask: NDArray[np.bool_] | None,
    grad: Floats | None,
    last: Parts,
    net_grads: Floats,
    truncation: int,
) -> Parts:
    """Send gradients back `truncation` steps and no further, those of the same age together.

    Entry a of the first axis of `ages` has come a real steps. The oldest have come as far as they may: they
    count for the state at which they stand, and are dropped by the next step.
    """
    ages = tuple(np.zeros((truncation + 1, *part.shape), part.dtype) for part in last)
    for part, start in zip(ages, last, strict=True):
        part[0] = start
    for t in range(len(net_grads) - 1, -1, -1):
        if grad is not None:
            ages[0][0] += grad[t]
        older = tuple(np.zeros_like(part) for part in ages)
        alive = np.flatnonzero(np.any([part[:-1].any(axis=(1, 2)) for part in ages], axis=0))
        net_grad = np.empty((len(alive), *net_grads.shape[1:]), net_grads.dtype)
        for part, moved in zip(older, step_back(t, tuple(p[alive] for p in ages), net_grad), strict=True):
            part[alive + 1] = moved
        net_grads[t] = net_grad.sum(axis=0)
        if mask is not None and not mask[t].all():
            net_grads[t][~mask[t]] = 0.0
            real = mask[t][:, np.newaxis]
            older = tuple(np.where(real, new, old) for new, old in zip(older, ages, strict=True))
        ages = older
    return tuple(part.sum(axis=0) for part in ages)


def check_net_grads(net_grads: Floats, states: Parts) -> None:
    """Stop where the gradient on its way back stops being finite."""
    if np.isfinite(net_grads).all():
        return
    wrong = ~np.isfinite(net_grads).all(axis=(1, 2))
    step = int(np.flatnonzero(wrong).max())  # the first on the way back
    later = net_grads[step + 1 : step + 2]
    norm = global_norm({"later": later}) if later.size else 0.0
    note = f"norm one step later: {norm:.4g}" if later.size else "the last step"
    infinite = [int(t) - 1 for part in states for t in np.argwhere(~np.isfinite(part))[:1, 0]]
    if infinite:
        note += f"; the states are not finite from step {min(infinite)} on"
    _refuse(net_grads[step], "net inputs", step, norm, note)


def check_results(results: dict[str, Floats], net_grads: Floats) -> None:
    """Stop if sums or products of gradients that are finite are not."""
    for name, values in results.items():
        if not np.isfinite(values).all():
            norm = global_norm({name: net_grads})
            _refuse(values, name, None, norm, f"norm of the gradients of all net inputs: {norm:.4g}")


def _refuse(values: Floats, name: str, step: int | None, norm: float, note: str) -> NoReturn:
    n_wrong = int((~np.isfinite(values)).sum())
    where = "" if step is None else f" at step {step} of the sequence"
    raise NonFiniteGradientError(
        f"gradient of the {name} must be finite, got {n_wrong} of {values.size} entries infinite or not a "
        f"number{where} ({note})",
        parameter=name,
        n_wrong=n_wrong,
        norm=norm,
        step=step,
    )
