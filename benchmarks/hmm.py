"""Hidden Markov models in NumPy against hmmlearn, whose loops are in C++, and memory against the length."""

import statistics
import time
import tracemalloc
from collections.abc import Callable
from functools import partial

import numpy as np
from common import show
from hmmlearn import _hmmc
from hmmlearn.hmm import CategoricalHMM as Reference

from dlbook.markov import CategoricalHMM, baum_welch, random_categorical_hmm

N_STATES, N_SYMBOLS = 8, 12
N_SEQUENCES, LENGTH = 500, 100
LONG = 10_000
ITERATIONS = 10
REPEATS = 15

Task = tuple[str, Callable[[], object], Callable[[], object], str]


def milliseconds(task: Task, repeats: int) -> list[object]:
    """Return a row of the table: median processor time of two calls, taken in turn after a warm-up."""
    name, ours, theirs, goal = task
    times: tuple[list[float], list[float]] = ([], [])
    ours(), theirs()
    for _ in range(repeats):
        for call, taken in zip((ours, theirs), times, strict=True):
            started = time.process_time()
            call()
            taken.append(time.process_time() - started)
    mine, other = (1000 * statistics.median(taken) for taken in times)
    return [name, mine, other, mine / other, goal]


def reference(model: CategoricalHMM, iterations: int, implementation: str = "scaling") -> Reference:
    """Return hmmlearn's model with the same parameters, set to update them by maximum likelihood."""
    other = Reference(
        model.n_states, init_params="", implementation=implementation, n_iter=iterations, tol=-np.inf
    )
    other.n_features = model.n_symbols
    other.startprob_, other.transmat_ = model.start.copy(), model.transition.copy()
    other.emissionprob_ = model.emission.copy()
    return other


def many() -> None:
    """Compare scoring and learning on many sequences, with both implementations of hmmlearn."""
    rng = np.random.default_rng(0)
    model, start = (random_categorical_hmm(N_STATES, N_SYMBOLS, rng=rng) for _ in range(2))
    batch = model.sample(LENGTH, rng=rng, n_sequences=N_SEQUENCES).observations
    column, lengths = batch.reshape(-1, 1), [LENGTH] * N_SEQUENCES

    def learn(way: str) -> Reference:
        return reference(start, ITERATIONS, way).fit(column, lengths)

    rows = []
    for way in ("log", "scaling"):
        scorer = reference(model, 1, way)
        np.testing.assert_allclose(model.score(batch).sum(), scorer.score(column, lengths), rtol=1e-9)
        fit = baum_welch(start, batch, max_iterations=ITERATIONS, tolerance=0)
        np.testing.assert_allclose(fit.model.emission, learn(way).emissionprob_, rtol=1e-6, atol=1e-9)
        tasks: list[Task] = [
            (
                f"score, hmmlearn by {way}",
                lambda: model.score(batch),
                partial(scorer.score, column, lengths),
                "1",
            ),
            (
                f"{ITERATIONS} iterations of Baum-Welch, hmmlearn by {way}",
                lambda: baum_welch(start, batch, max_iterations=ITERATIONS, tolerance=0),
                partial(learn, way),
                "2",
            ),
        ]
        rows += [milliseconds(task, 5) for task in tasks]
    show(
        f"{N_SEQUENCES} sequences of {LENGTH} steps, {N_STATES} states, milliseconds of processor time",
        rows,
        ["task", "dlbook", "hmmlearn", "ratio", "goal"],
    )


def one() -> None:
    """Compare the recursions on one long sequence with hmmlearn's scaling, and check that they agree.

    hmmlearn has no public method for the forward and the backward recursion alone: its compiled functions are
    called, with the likelihoods looked up, as its methods do.
    """
    rng = np.random.default_rng(0)
    model, start = (random_categorical_hmm(N_STATES, N_SYMBOLS, rng=rng) for _ in range(2))
    x = model.sample(LONG, rng=rng).observations
    column, library = x[:, None], reference(model, 1)

    def forward() -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
        likelihood = model.emission.T[x]
        return (*_hmmc.forward_scaling(model.start, model.transition, likelihood), likelihood)

    def backward() -> np.ndarray:
        _, _, scale, likelihood = forward()
        return _hmmc.backward_scaling(model.start, model.transition, likelihood, scale)

    total, alpha, scale, _ = forward()
    ours, beta = model.forward(x), backward()
    np.testing.assert_allclose(ours.log_likelihood, total, rtol=1e-12)
    np.testing.assert_allclose(ours.alpha, alpha, rtol=1e-10)
    np.testing.assert_allclose(model.backward(x).beta, beta / scale[:, None], rtol=1e-10)
    np.testing.assert_allclose(model.viterbi(x).log_probability, library.decode(column)[0], rtol=1e-12)
    fitted = baum_welch(start, x, max_iterations=1).model
    np.testing.assert_allclose(fitted.emission, reference(start, 1).fit(column).emissionprob_, atol=1e-10)
    tasks: list[Task] = [
        ("forward", lambda: model.forward(x), forward, "2"),
        ("forward and backward", lambda: model.backward(x), backward, "2"),
        ("score", lambda: model.score(x), lambda: library.score(column), "2"),
        (
            "one iteration of Baum-Welch",
            lambda: baum_welch(start, x, max_iterations=1),
            lambda: reference(start, 1).fit(column),
            "2",
        ),
        ("best path", lambda: model.viterbi(x), lambda: library.decode(column), "none"),
    ]
    show(
        f"One sequence of {LONG} steps, {N_STATES} states, milliseconds of processor time",
        [milliseconds(task, REPEATS) for task in tasks],
        ["task", "dlbook", "hmmlearn", "ratio", "goal"],
    )
    print(
        "A step of a sequence waits for the one before. Of many sequences, one matrix product treats all at\n"
        "once. A single long one is cut into blocks, which take a step together; see dlbook.markov._blocks."
    )


def memory() -> None:
    """Show that the memory of scoring and learning grows linearly with the length."""
    rng = np.random.default_rng(1)
    model = random_categorical_hmm(N_STATES, N_SYMBOLS, rng=rng)
    rows: list[list[object]] = []
    for length in (1000, 10_000, 100_000):
        x = model.sample(length, rng=rng).observations
        sizes = []
        for call in (
            lambda x=x: model.score(x),
            lambda x=x: model.viterbi(x),
            lambda x=x: baum_welch(model, x, max_iterations=1),
        ):
            tracemalloc.start()
            call()
            sizes.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        rows.append([length, *(size / length for size in sizes), *(size / 2**20 for size in sizes)])
    show(
        f"Peak memory of one sequence, {N_STATES} states",
        rows,
        ["length", "score, B a step", "viterbi", "Baum-Welch", "score, MB", "viterbi", "Baum-Welch"],
    )


def main() -> None:
    """Measure all."""
    many()
    one()
    memory()


if __name__ == "__main__":
    main()
