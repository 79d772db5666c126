import copy
import math
import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dlbook.markov import CategoricalHMM, random_categorical_hmm

METHODS = ["plain", "scaled", "log"]


def reference(model, implementation):
    from hmmlearn.hmm import CategoricalHMM as Reference

    other = Reference(model.n_states, implementation=implementation)
    other.n_features = model.n_symbols
    other.startprob_, other.transmat_ = model.start, model.transition
    other.emissionprob_ = model.emission
    return other


# 1. published numbers


def test_forward_of_the_ice_creams_by_hand(ice_cream):
    forward = ice_cream.forward("2312", "plain")
    expected = [[0.24, 0.08], [0.1, 0.012], [0.00748, 0.02604], [0.0062608, 0.0035736]]
    assert_allclose(forward.alpha, expected, rtol=1e-13)
    assert math.exp(forward.log_likelihood) == pytest.approx(0.0098344, rel=1e-13)
    assert math.exp(ice_cream.score("2312")) == pytest.approx(0.0098344, rel=1e-13)


def test_backward_of_the_ice_creams_by_hand(ice_cream):
    backward = ice_cream.backward("2312", "plain")
    expected = [[0.032846, 0.024392], [0.0826, 0.1312], [0.34, 0.28], [1, 1]]
    assert_allclose(backward.beta, expected, rtol=1e-13)
    assert math.exp(backward.log_likelihood) == pytest.approx(0.0098344, rel=1e-13)


def test_scaled_forms_of_the_ice_creams_are_the_plain_ones_divided(ice_cream):
    alpha, beta = ice_cream.forward("2312", "plain").alpha, ice_cream.backward("2312", "plain").beta
    forward, backward = ice_cream.forward("2312"), ice_cream.backward("2312")
    totals = alpha.sum(axis=1)
    assert_allclose(forward.alpha, alpha / totals[:, None], rtol=1e-13)
    assert_allclose(np.cumprod(forward.scale), totals, rtol=1e-13)
    later = totals[-1] / totals  # the product of the scales after each step
    assert_allclose(backward.beta, beta / later[:, None], rtol=1e-13)
    assert_array_equal(backward.scale, forward.scale)
    assert_allclose(forward.alpha * backward.beta, ice_cream.posteriors("2312").gamma, rtol=1e-13)


def test_umbrellas_of_russell_and_norvig():
    """S. Russell, P. Norvig, Artificial Intelligence: rain given umbrellas, 0.818, 0.883, smoothed 0.883."""
    model = CategoricalHMM([0.5, 0.5], [[0.7, 0.3], [0.3, 0.7]], [[0.9, 0.1], [0.2, 0.8]])
    assert_allclose(model.forward([0, 0]).alpha[:, 0], [0.818, 0.883], atol=5e-4)
    assert model.posteriors([0, 0]).gamma[0, 0] == pytest.approx(0.883, abs=5e-4)


def test_fever_of_the_usual_viterbi_example():
    """Normal, cold, dizzy: healthy, healthy, fever, with probability 0.01512."""
    model = CategoricalHMM(
        [0.6, 0.4],
        [[0.7, 0.3], [0.4, 0.6]],
        [[0.5, 0.4, 0.1], [0.1, 0.3, 0.6]],
        states=["healthy", "fever"],
        symbols=["normal", "cold", "dizzy"],
    )
    path = model.viterbi(["normal", "cold", "dizzy"])
    assert model.decode_names(path) == ["healthy", "healthy", "fever"]
    assert math.exp(path.log_probability) == pytest.approx(0.01512, rel=1e-13)


# 2. parity with hmmlearn


@pytest.mark.parametrize("implementation", ["log", "scaling"])
@pytest.mark.parametrize(("n_states", "n_symbols"), [(3, 7), (6, 2), (1, 4)])
def test_score_posteriors_and_decoding_equal_those_of_hmmlearn(
    draw_model, implementation, n_states, n_symbols
):
    rng = np.random.default_rng(n_states)
    model = draw_model(rng, n_states, n_symbols)
    other = reference(model, implementation)
    lengths = [11, 1, 30, 4]
    sequences = [rng.integers(0, n_symbols, size=length) for length in lengths]
    column = np.concatenate(sequences)[:, None]
    total, gamma = other.score_samples(column, lengths)
    posteriors = model.posteriors(sequences)
    assert posteriors.log_likelihood.sum() == pytest.approx(total, rel=1e-12)
    assert_allclose(model.score(sequences), [other.score(s[:, None]) for s in sequences], rtol=1e-12)
    assert_allclose(np.concatenate(posteriors.gamma), gamma, rtol=1e-9, atol=1e-12)
    best, states = other.decode(column, lengths)
    path = model.viterbi(sequences)
    assert path.log_probability.sum() == pytest.approx(best, rel=1e-12)
    assert_array_equal(np.concatenate(path.states), states)


# 3. all paths


@pytest.mark.parametrize("zeros", [False, True])
@pytest.mark.parametrize(("n_states", "n_symbols", "length"), [(3, 4, 5), (2, 5, 7), (4, 2, 3), (1, 3, 4)])
def test_everything_equals_the_sums_over_all_paths(
    draw_model, enumerate_paths, zeros, n_states, n_symbols, length
):
    rng = np.random.default_rng(100 * n_states + length)
    model = draw_model(rng, n_states, n_symbols, zeros=zeros)
    x = model.sample(length, rng=rng).observations
    paths, probability = enumerate_paths(model.start, model.transition, model.emission.T[x])
    total = probability.sum()
    for method in METHODS:
        assert math.exp(model.forward(x, method).log_likelihood) == pytest.approx(total, rel=1e-12)
        assert math.exp(model.backward(x, method).log_likelihood) == pytest.approx(total, rel=1e-12)
    posteriors = model.posteriors(x)
    gamma, xi = np.zeros((length, n_states)), np.zeros((length - 1, n_states, n_states))
    for path, p in zip(paths, probability / total, strict=True):
        gamma[np.arange(length), path] += p
        xi[np.arange(length - 1), path[:-1], path[1:]] += p
    assert_allclose(posteriors.gamma, gamma, rtol=1e-11, atol=1e-14)
    assert_allclose(posteriors.xi, xi, rtol=1e-11, atol=1e-14)
    assert posteriors.eta is posteriors.gamma
    best = model.viterbi(x)
    assert math.exp(best.log_probability) == pytest.approx(probability.max(), rel=1e-12)
    chosen = probability[(paths == best.states).all(axis=1)]
    assert chosen == pytest.approx(probability.max(), rel=1e-12)


# 4. counts of labelled sequences


def test_the_happy_and_grumpy_days_of_the_lecture_counted_by_hand():
    """Of 15 changes 8 are SS, 2 SR, 2 RS and 3 RR; of 11 sunny days 9 are happy, of 5 rainy ones 3."""
    states, feelings = "SSSSRRRSSSSRRSSS", "GHHHGHHGHHHGHHHH"
    model = CategoricalHMM.from_labelled(states, feelings, states="SR", symbols="HG")
    assert_array_equal(model.start, [1, 0])
    assert_allclose(model.transition, [[8 / 10, 2 / 10], [2 / 5, 3 / 5]], rtol=1e-15)
    assert_allclose(model.emission, [[9 / 11, 2 / 11], [3 / 5, 2 / 5]], rtol=1e-15)


def test_labels_may_be_names_or_numbers_in_several_sequences():
    names = CategoricalHMM.from_labelled(
        [["wet", "dry", "dry"], ["dry", "wet"]], [["b", "a", "a"], ["a", "b"]], smoothing=0.5
    )
    assert names.states == ("dry", "wet")
    assert names.symbols == ("a", "b")
    numbers = CategoricalHMM.from_labelled([[1, 0, 0], [0, 1]], [[1, 0, 0], [0, 1]], smoothing=0.5)
    assert numbers.states == ("0", "1")
    for name, expected in (
        ("start", [1.5 / 3, 1.5 / 3]),
        ("transition", [[1.5 / 3, 1.5 / 3], [1.5 / 2, 0.5 / 2]]),
        ("emission", [[3.5 / 4, 0.5 / 4], [0.5 / 3, 2.5 / 3]]),
    ):
        assert_allclose(getattr(names, name), expected, rtol=1e-15)
        assert_allclose(getattr(numbers, name), expected, rtol=1e-15)
    words = CategoricalHMM.from_labelled(["wdd", "dw"], ["baa", "ab"], smoothing=0.5)
    assert_array_equal(words.transition, names.transition)
    batch = CategoricalHMM.from_labelled(np.array([[1, 0], [0, 1]]), np.array([[1, 0], [0, 1]]))
    assert_array_equal(batch.transition, [[0, 1], [1, 0]])


def test_labelled_estimates_maximize_the_joint_probability(draw_model):
    """No other model gives the labelled sequences a larger probability."""
    rng = np.random.default_rng(8)
    model = draw_model(rng, 3, 4)
    sample = model.sample(200, rng=rng, n_sequences=2)

    def log_joint(m):
        z, x = sample
        return (
            np.log(m.start[z[:, 0]]).sum()
            + np.log(m.transition[z[:, :-1], z[:, 1:]]).sum()
            + np.log(m.emission[z, x]).sum()
        )

    fitted = CategoricalHMM.from_labelled(*sample)
    best = log_joint(fitted.replace(start=fitted.start))
    for _ in range(20):
        near = {
            name: 0.98 * getattr(fitted, name) + 0.02 * getattr(draw_model(rng, 3, 4), name)
            for name in ("start", "transition", "emission")
        }
        assert log_joint(CategoricalHMM(**near)) < best


def test_labelled_sequences_that_leave_something_open_are_refused():
    with pytest.raises(ValueError, match=r"every state occur before the end of a sequence.*state 'R'"):
        CategoricalHMM.from_labelled("SSR", "HHG")
    with pytest.raises(ValueError, match="every state occur if smoothing is 0, got none with state 'T'"):
        CategoricalHMM.from_labelled("SSRS", "HHGH", states="SRT")
    with pytest.raises(ValueError, match=r"lengths of state_sequences, \[3\], got \[2\]"):
        CategoricalHMM.from_labelled("SSR", "HH")
    with pytest.raises(ValueError, match=r"^smoothing must"):
        CategoricalHMM.from_labelled("SSR", "HHG", smoothing=-1)
    with pytest.raises(ValueError, match="got 'X' at position 1"):
        CategoricalHMM.from_labelled("SXR", "HHG", states="SR")


# 5. forms of the observations


def test_the_same_observations_in_all_forms(ice_cream):
    expected = ice_cream.score("2312")
    for x in (
        [1, 2, 0, 1],
        (1, 2, 0, 1),
        np.array([1, 2, 0, 1], dtype=np.uint8),
        list("2312"),
        np.array(list("2312")),
    ):
        assert ice_cream.score(x) == expected
        assert isinstance(ice_cream.score(x), float)


def test_a_batch_gives_arrays_and_a_list_gives_lists(ice_cream):
    batch = np.array([[1, 2, 0], [0, 0, 2]])
    stacked, listed = ice_cream.posteriors(batch), ice_cream.posteriors(["231", "113"])
    assert stacked.gamma.shape == (2, 3, 2)
    assert stacked.xi.shape == (2, 2, 2, 2)
    assert isinstance(listed.gamma, list)
    assert isinstance(listed.xi, list)
    assert listed.log_likelihood.shape == (2,)
    assert_array_equal(stacked.gamma, np.stack(listed.gamma))
    assert ice_cream.viterbi(batch).states.shape == (2, 3)
    assert ice_cream.decode_names(ice_cream.viterbi(batch)) == ice_cream.decode_names(
        ice_cream.viterbi(["231", "113"])
    )
    assert_array_equal(ice_cream.score(np.array([list("231"), list("113")])), ice_cream.score(batch))


def test_a_list_of_symbols_is_one_sequence_and_a_list_of_words_several(ice_cream):
    assert isinstance(ice_cream.score(["2", "3", "1"]), float)
    assert ice_cream.score(["2", "31"]).shape == (2,)
    assert ice_cream.score([["2"], ["3"]]).shape == (2,)
    assert ice_cream.score([np.array([1])]).shape == (1,)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ("23x2", "^x must hold names among 1, 2, 3, or indices from 0 to 2, got 'x' at position 2"),
        ([0, 3, 1], "^x must .* got 3 at position 1"),
        ([0, -1], "got -1 at position 1"),
        ([[0, 1], [2, 0, 5]], r"^x\[1\] must .* got 5 at position 2"),
        (["231", "2a"], r"^x\[1\] must .*got 'a' at position 1"),
        (["2", "x"], "x must hold .*got 'x' at position 1"),
        ([0.0, np.nan], "got 0.0 at position 0"),
        (np.array([np.nan, 1.0]), "got nan at position 0"),
        (np.array([[0, 1], [0, 7]]), "^x must"),
        ("", "x must hold at least one element"),
        ([], "x must not be empty"),
        ([[0], []], r"x\[1\] must hold at least one element"),
        (np.zeros((2, 0), dtype=int), "^x must"),
        (np.zeros((0, 2), dtype=int), "x must be a sequence, a batch"),
        (np.zeros((1, 2, 2), dtype=int), "x must be a sequence, a batch"),
        ([[[0, 1]]], r"x\[0\] must hold names .* got \[0, 1\] at position 0"),
        (3, "x must be a sequence, a batch"),
        ([True, False], "got True at position 0"),
        (np.array([[0], [1]]), r"x must say what its only column is, got shape \(2, 1\): give x\[:, 0\]"),
        (np.array([["1"], ["2"]]), "x must say what its only column is"),
        ([[0, 1], 2], r"x\[1\] must be a sequence with one axis, got 2"),
    ],
)
def test_bad_observations_are_named(ice_cream, x, message):
    for method in (ice_cream.score, ice_cream.posteriors, ice_cream.viterbi, ice_cream.forward):
        with pytest.raises(ValueError, match=message):
            method(x)


# 6. the model itself


GOOD = {"start": [0.6, 0.4], "transition": [[0.7, 0.3], [0.4, 0.6]], "emission": [[0.1, 0.9], [0.5, 0.5]]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"transition": [[0.7, 0.3], [0.4, 0.53]]},
            "^transition must",
        ),
        ({"start": [0.6, 0.5]}, "^start must"),
        ({"emission": [[0.1, 0.9], [0.5, np.nan]]}, "^emission must"),
        ({"emission": [[-0.1, 1.1], [0.5, 0.5]]}, "^emission must"),
        ({"emission": [[1.0]]}, "^emission must"),
        ({"transition": [[1.0]]}, "^transition must"),
        ({"states": ["a", "a"]}, "states must be different"),
        ({"symbols": "abc"}, "symbols must hold 2 names, got 3"),
    ],
)
def test_bad_parameters_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        CategoricalHMM(**{**GOOD, **change})


def test_a_model_cannot_be_changed():
    matrix = np.array(GOOD["emission"])
    model = CategoricalHMM(GOOD["start"], GOOD["transition"], matrix)
    matrix[0] = [1, 0]
    assert_array_equal(model.emission, GOOD["emission"])
    with pytest.raises(AttributeError, match="cannot be changed"):
        model.emission = matrix
    with pytest.raises(ValueError, match="read-only"):
        model.emission[0, 0] = 1
    again = model.replace(emission=matrix)
    assert_array_equal(again.emission, matrix)
    assert_array_equal(model.emission, GOOD["emission"])
    with pytest.raises(ValueError, match=r"changes must be among start.*got colour"):
        model.replace(colour=1)
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert_array_equal(twin.emission, model.emission)
        assert twin.score([0, 1]) == model.score([0, 1])


def test_names_of_states(ice_cream):
    assert ice_cream.decode_names([0, 1, 1]) == ["hot", "cold", "cold"]
    assert ice_cream.decode_names(np.array([[0], [1]])) == [["hot"], ["cold"]]
    assert ice_cream.decode_names([[0, 1], [1]]) == [["hot", "cold"], ["cold"]]
    with pytest.raises(ValueError, match=r"^path must"):
        ice_cream.decode_names([0, 2])
    with pytest.raises(ValueError, match=r"^path must"):
        ice_cream.decode_names([0.5])


def test_permuted_states_give_the_same_answers(draw_model):
    rng = np.random.default_rng(4)
    model = draw_model(rng, 4, 3)
    order = [2, 0, 3, 1]
    other, x = model.permuted(order), rng.integers(0, 3, size=12)
    assert other.states == ("2", "0", "3", "1")
    assert other.score(x) == pytest.approx(model.score(x), rel=1e-13)
    assert_allclose(other.posteriors(x).gamma, model.posteriors(x).gamma[:, order], rtol=1e-11)
    assert model.decode_names(model.viterbi(x)) == other.decode_names(other.viterbi(x))
    with pytest.raises(ValueError, match=r"order must hold each of 0 to 3 once, got \[0, 1, 2, 2\]"):
        model.permuted([0, 1, 2, 2])


def test_samples_have_the_frequencies_of_the_model(draw_model):
    model = draw_model(np.random.default_rng(5), 3, 4, zeros=True)
    states, x = model.sample(400, rng=np.random.default_rng(6), n_sequences=1000)
    assert states.shape == x.shape == (1000, 400)
    for estimate, true, n in (
        (np.bincount(states[:, 0], minlength=3) / 1000, model.start, 1000),
        (
            CategoricalHMM.from_labelled(states, x, states="abc", symbols="wxyz").transition,
            model.transition,
            20_000,
        ),
        (
            CategoricalHMM.from_labelled(states, x, states="abc", symbols="wxyz").emission,
            model.emission,
            20_000,
        ),
    ):
        assert_array_equal(estimate[true == 0], 0)
        assert np.abs(estimate - true).max() < 5 * math.sqrt(0.25 / n)


def test_samples_are_reproducible_and_a_single_one_has_no_leading_axis(ice_cream):
    first, second = (ice_cream.sample(7, rng=np.random.default_rng(3)) for _ in range(2))
    assert first.states.shape == first.observations.shape == (7,)
    assert_array_equal(first.observations, second.observations)
    with pytest.raises(ValueError, match=r"^length must"):
        ice_cream.sample(0, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="n_sequences"):
        ice_cream.sample(3, rng=np.random.default_rng(0), n_sequences=0)


def test_random_models():
    model = random_categorical_hmm(3, 5, rng=np.random.default_rng(0), states="abc", symbols="vwxyz")
    assert (model.n_states, model.n_symbols, model.states) == (3, 5, ("a", "b", "c"))
    sharp = random_categorical_hmm(30, 5, rng=np.random.default_rng(0), concentration=0.05)
    flat = random_categorical_hmm(30, 5, rng=np.random.default_rng(0), concentration=1000.0)
    assert sharp.emission.max(axis=1).mean() > 0.8
    assert flat.emission.max() < 0.3
    with pytest.raises(ValueError, match=r"^concentration must"):
        random_categorical_hmm(2, 2, rng=np.random.default_rng(0), concentration=0)
    with pytest.raises(ValueError, match="n_symbols"):
        random_categorical_hmm(2, 0, rng=np.random.default_rng(0))


def test_unknown_method_is_named(ice_cream):
    for run in (ice_cream.forward, ice_cream.backward):
        with pytest.raises(ValueError, match=r"^method must"):
            run("2312", "fast")


def test_probabilities_in_single_precision_are_taken():
    single = {name: np.float32(value) for name, value in GOOD.items()} | {
        "emission": np.float32([[0.1, 0.7, 0.2], [1 / 3, 1 / 3, 1 / 3]])
    }
    model = CategoricalHMM(**single)
    for name in ("start", "transition", "emission"):
        assert_allclose(getattr(model, name).sum(axis=-1), 1, rtol=1e-15)
        assert_allclose(getattr(model, name), single[name], rtol=1e-6)
