from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.encoder_decoder import (
    Stepwise,
    beam_search,
    beam_search_many,
    exhaustive_search,
    greedy,
    sample,
    sentence_log_probability,
)
from dlbook.training import temperature_probabilities

EOS = 0
HOW, WILL, ARE, YOU, PLAY = range(1, 6)
NOTES = {  # "Comment vas-tu jouer?": How 0.75 and will 0.36 are the numbers of the notes
    (): [0, 0.75, 0, 0, 0.25, 0],
    (HOW,): [0, 0, 0.36, 0.34, 0.3, 0],
    (HOW, WILL): [0, 0, 0, 0, 1, 0],
    (HOW, ARE): [0, 0, 0, 0, 1, 0],
    (HOW, WILL, YOU): [0.55, 0, 0, 0, 0, 0.45],
    (HOW, ARE, YOU): [0.9, 0, 0, 0, 0, 0.1],
}
SOME_POWERS = st.sampled_from([0.0, 0.6, 1.0])


def notes(prefixes):
    """Answer with the table; what is not in it ends."""
    ends = [1.0, 0, 0, 0, 0, 0]
    with np.errstate(divide="ignore"):
        return np.log([NOTES.get(tuple(prefix), ends) for prefix in prefixes.tolist()])


def random_model(seed, n_tokens, zeros=False):
    """Return a model whose every prefix has a distribution of its own."""

    def of_prefix(prefix):
        rng = np.random.default_rng([seed, *(1 + token for token in prefix)])
        p = rng.dirichlet(np.full(n_tokens, 0.7))
        if zeros:
            p[rng.integers(1, n_tokens)] = 0.0
        return p / p.sum()

    def model(prefixes, sources=None):
        numbers = np.zeros(len(prefixes), dtype=int) if sources is None else sources
        rows = [of_prefix([s, *p]) for s, p in zip(numbers.tolist(), prefixes.tolist(), strict=True)]
        with np.errstate(divide="ignore"):
            return np.log(np.array(rows).reshape(len(prefixes), n_tokens))

    return model


MODELS = st.builds(random_model, st.integers(0, 10_000), st.integers(2, 4), st.booleans())


def same(one, other):
    assert one.tokens.tolist() == other.tokens.tolist()
    np.testing.assert_allclose(one[1:], other[1:], rtol=1e-12)


# the example of the notes, by hand


def test_greedy_goes_on_with_will():
    """0.75 * 0.36 * 1 * 0.55 = 0.1485."""
    found = greedy(notes, eos=EOS, max_length=5)
    assert found.tokens.tolist() == [HOW, WILL, YOU, EOS]
    np.testing.assert_allclose(np.exp(found.log_probability), 0.1485, rtol=1e-12)
    assert found.score == found.log_probability


def test_a_beam_of_two_finds_how_are_you():
    """0.75 * 0.34 * 1 * 0.9 = 0.2295."""
    best = beam_search(notes, 2, eos=EOS, max_length=5)
    assert [h.tokens.tolist() for h in best] == [[HOW, ARE, YOU, EOS], [HOW, WILL, YOU, EOS]]
    np.testing.assert_allclose(np.exp([h.log_probability for h in best]), [0.2295, 0.1485], rtol=1e-12)


def test_exhaustive_search_finds_the_short_sentence():
    """ "you" has 0.25 and is over, which is more than any longer sentence."""
    every = exhaustive_search(notes, eos=EOS, max_length=6)
    assert every[0].tokens.tolist() == [YOU, EOS]
    np.testing.assert_allclose(np.exp([h.log_probability for h in every[:2]]), [0.25, 0.2295], rtol=1e-12)
    # divided by the length: log 0.25 / 2 = -0.693 is behind log 0.2295 / 4 = -0.368
    assert exhaustive_search(notes, eos=EOS, max_length=6, length_power=1)[0].tokens.tolist() == [
        HOW,
        ARE,
        YOU,
        EOS,
    ]


def test_length_normalization_by_hand():
    best = beam_search(notes, 3, eos=EOS, max_length=6, length_power=0.5)
    longest = next(h for h in best if len(h.tokens) == 4)
    np.testing.assert_allclose(longest.score, np.log(0.2295) / 2, rtol=1e-12)


def test_probability_of_a_given_sentence():
    given_sentence = [HOW, WILL, YOU, PLAY, EOS]
    value = sentence_log_probability(notes, given_sentence, eos=EOS)
    np.testing.assert_allclose(np.exp(value), 0.75 * 0.36 * 0.45, rtol=1e-12)
    assert sentence_log_probability(notes, [WILL], eos=EOS) == -np.inf


# independent routes


@given(MODELS, st.integers(1, 4), SOME_POWERS)
@settings(deadline=None, max_examples=60)
def test_exhaustive_search_against_every_product(model, max_length, power):
    """List all rows of tokens and keep those that end once, or are cut."""
    n_tokens = model(np.zeros((1, 0), dtype=int)).shape[1]
    by_hand = {}
    for length in range(1, max_length + 1):
        for tokens in product(range(n_tokens), repeat=length):
            ends = tokens[-1] == EOS or length == max_length
            if ends and EOS not in tokens[:-1]:
                value = sentence_log_probability(model, tokens, eos=EOS)
                if np.isfinite(value):
                    by_hand[tokens] = (value, value / length**power)
    found = exhaustive_search(model, eos=EOS, max_length=max_length, length_power=power)
    assert {tuple(h.tokens.tolist()) for h in found} == set(by_hand)
    for h in found:
        np.testing.assert_allclose(h[1:], by_hand[tuple(h.tokens.tolist())], rtol=1e-9, atol=1e-12)
    assert np.isclose(np.exp([h.log_probability for h in found]).sum(), 1, rtol=0, atol=1e-9)


@given(MODELS, st.integers(1, 4), SOME_POWERS)
@settings(deadline=None, max_examples=60)
def test_a_beam_of_full_width_is_exhaustive(model, max_length, power):
    every = exhaustive_search(model, eos=EOS, max_length=max_length, length_power=power)
    beam = beam_search(model, 4**max_length, eos=EOS, max_length=max_length, length_power=power)
    assert len(beam) == len(every)
    for one, other in zip(beam, every, strict=True):
        same(one, other)


@given(MODELS, st.integers(1, 7))
@settings(deadline=None, max_examples=60)
def test_a_beam_of_width_one_is_greedy(model, max_length):
    (found,) = beam_search(model, 1, eos=EOS, max_length=max_length)
    same(found, greedy(model, eos=EOS, max_length=max_length))


@given(st.integers(0, 1000), st.integers(1, 5), st.integers(1, 4), SOME_POWERS)
@settings(deadline=None, max_examples=30)
def test_many_sources_are_searched_each_for_itself(seed, n_sources, width, power):
    model = random_model(seed, 3)
    together = beam_search_many(model, n_sources, width, eos=EOS, max_length=5, length_power=power)
    for number, best in enumerate(together):

        def alone(prefixes, number=number):
            return model(prefixes, np.full(len(prefixes), number))

        by_itself = beam_search(alone, width, eos=EOS, max_length=5, length_power=power)
        assert len(best) == len(by_itself)
        for one, other in zip(best, by_itself, strict=True):
            same(one, other)


def test_samples_follow_the_probabilities():
    """10,000 draws: the shares of the sentences are within four standard errors of their probabilities."""
    n = 10_000
    for temperature in (1.0, 2.0):
        drawn = sample(
            notes, eos=EOS, max_length=2, n_samples=n, temperature=temperature, rng=np.random.default_rng(1)
        )
        first = temperature_probabilities(notes(np.zeros((1, 0), dtype=int))[0, [HOW, YOU]], temperature)
        share = np.mean([h.tokens[0] == HOW for h in drawn])
        assert abs(share - first[0]) < 4 * np.sqrt(first[0] * first[1] / n)
        assert {int(h.tokens[0]) for h in drawn} == {HOW, YOU}


@given(MODELS, st.sampled_from([0, 0.3, 1, 5.0, np.inf]))
@settings(deadline=None, max_examples=40)
def test_samples_are_possible_and_scored_by_the_model(model, temperature):
    rng = np.random.default_rng(0)
    drawn = sample(model, eos=EOS, max_length=4, n_samples=5, temperature=temperature, rng=rng)
    assert len(drawn) == 5
    for h in drawn:
        value = sentence_log_probability(model, h.tokens, eos=EOS)
        assert np.isfinite(value)
        np.testing.assert_allclose(h[1:], value, rtol=1e-12)


# what must always hold


@given(MODELS, st.integers(1, 6), st.integers(1, 5), SOME_POWERS)
@settings(deadline=None, max_examples=60)
def test_what_a_beam_returns(model, width, max_length, power):
    best = beam_search(model, width, eos=EOS, max_length=max_length, length_power=power)
    assert 1 <= len(best) <= width
    scores = [h.score for h in best]
    assert scores == sorted(scores, reverse=True)
    assert len({tuple(h.tokens.tolist()) for h in best}) == len(best)
    for h in best:
        assert EOS not in h.tokens[:-1]
        assert h.tokens[-1] == EOS or len(h.tokens) == max_length
        value = sentence_log_probability(model, h.tokens, eos=EOS)
        np.testing.assert_allclose(h.log_probability, value, rtol=1e-12)
        np.testing.assert_allclose(h.score, value / len(h.tokens) ** power, rtol=1e-12)


@given(MODELS, st.integers(1, 6), st.integers(1, 4))
@settings(deadline=None, max_examples=60)
def test_no_beam_beats_exhaustive_search(model, width, max_length):
    top = exhaustive_search(model, eos=EOS, max_length=max_length)[0]
    best = beam_search(model, width, eos=EOS, max_length=max_length)[0]
    assert best.log_probability <= top.log_probability + 1e-12


def test_a_wider_beam_can_be_worse():
    """Width 1 keeps 0 and ends at 0.4 * 0.9; width 2 gives the place to two others, which then spread."""
    table = {
        (): [0.0, 0.4, 0.35, 0.25],
        (1,): [0.0, 0.34, 0.33, 0.33],
        (2,): [0.0, 0.5, 0.5, 0.0],
        (1, 1): [0.9, 0.05, 0.05, 0.0],
    }
    spread = [0.1, 0.3, 0.3, 0.3]

    def model(prefixes):
        with np.errstate(divide="ignore"):
            return np.log([table.get(tuple(p), spread) for p in prefixes.tolist()])

    narrow, wide = (beam_search(model, w, eos=EOS, max_length=3)[0].log_probability for w in (1, 2))
    np.testing.assert_allclose(np.exp([narrow, wide]), [0.4 * 0.34 * 0.9, 0.35 * 0.5 * 0.3], rtol=1e-12)


# degenerate cases


def test_ties_take_the_smaller_id():
    def fair(prefixes):
        return np.log(np.full((len(prefixes), 4), 0.25))

    assert greedy(fair, eos=3, max_length=2).tokens.tolist() == [0, 0]
    best = beam_search(fair, 3, eos=3, max_length=2)
    assert [h.tokens.tolist() for h in best] == [[0, 0], [0, 1], [0, 2]]
    first_ends = beam_search(fair, 2, eos=EOS, max_length=2)
    assert [h.tokens.tolist() for h in first_ends] == [[0], [1, 0]]


def test_one_token_that_ends():
    def over(prefixes):
        return np.zeros((len(prefixes), 1))

    for found in (
        greedy(over, eos=0, max_length=9),
        *beam_search(over, 3, eos=0, max_length=9),
        *exhaustive_search(over, eos=0, max_length=9),
        *sample(over, eos=0, max_length=9, rng=np.random.default_rng(0)),
    ):
        assert found.tokens.tolist() == [0]
        assert found.log_probability == 0


def test_an_ended_sentence_keeps_its_place():
    """Of a beam of two the first place is taken by what ended; one beginning goes on, not two."""
    seen = []

    def model(prefixes):
        seen.append(len(prefixes))
        return np.log(np.tile([0.5, 0.3, 0.2], (len(prefixes), 1)))

    beam_search(model, 2, eos=EOS, max_length=3)
    assert seen == [1, 1]


def test_the_model_cannot_change_the_search():
    def vandal(prefixes):
        prefixes[:] = 2
        return np.log(np.tile([0.2, 0.5, 0.3], (len(prefixes), 1)))

    assert greedy(vandal, eos=EOS, max_length=3).tokens.tolist() == [1, 1, 1]


# a step of a decoder


def recurrent(seed, n_tokens=4, units=3):
    rng = np.random.default_rng(seed)
    embedding, W, V = (
        rng.normal(size=shape) for shape in ((n_tokens, units), (units, units), (units, n_tokens))
    )
    read = []

    def step(tokens, states):
        read.append(len(tokens))
        states = np.tanh(embedding[tokens] + states @ W)
        logits = states @ V
        return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)), states

    return step, rng.normal(size=(5, units)), read


@given(st.integers(0, 1000))
@settings(deadline=None, max_examples=20)
def test_stepwise_equals_reading_again(seed):
    step, start, _ = recurrent(seed)

    def again(prefixes, sources):
        tokens = np.column_stack([np.full(len(prefixes), 1), prefixes])
        states = start[sources]
        for t in range(tokens.shape[1]):
            rows, states = step(tokens[:, t], states)
        return rows

    one = beam_search_many(Stepwise(step, start, sos=1), 5, 3, eos=EOS, max_length=6)
    other = beam_search_many(again, 5, 3, eos=EOS, max_length=6)
    for ours, theirs in zip(one, other, strict=True):
        for a, b in zip(ours, theirs, strict=True):
            same(a, b)


def test_stepwise_reads_each_token_once():
    step, start, read = recurrent(0)
    model = Stepwise(step, start, sos=1)
    model(np.zeros((1, 0), dtype=int))
    for length in range(1, 6):
        model(np.full((1, length), 2))
    assert read == [1] * 6
    model(np.array([[3, 3, 3]]))  # not known: from its beginning
    assert read == [1] * 10


# bad input


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (np.zeros((1, 3)), "must be logarithms of probabilities that sum to 1, got sum 3"),
        (np.full((1, 3), np.nan), "must be logarithms of probabilities, got NaN"),
        (np.array([[2.0, 0.0]]), "must be at most 0.001, got 2"),
        (np.zeros((2, 1)), r"must have shape \(1, n_tokens\), got shape \(2, 1\)"),
        (np.full((1, 2), -np.inf), "sum to 1, got sum 0"),
    ],
)
def test_a_model_that_gives_no_log_probabilities(answer, message):
    for search in (
        lambda model: greedy(model, eos=EOS, max_length=2),
        lambda model: beam_search(model, 2, eos=EOS, max_length=2),
        lambda model: exhaustive_search(model, eos=EOS, max_length=2),
        lambda model: sample(model, eos=EOS, max_length=2, rng=np.random.default_rng(0)),
        lambda model: sentence_log_probability(model, [0], eos=EOS),
    ):
        with pytest.raises(ValueError, match=message):
            search(lambda prefixes: answer)


def test_bad_arguments():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="width must be a whole number of at least 1, got 0"):
        beam_search(notes, 0, eos=EOS, max_length=3)
    with pytest.raises(ValueError, match="eos must be a whole number from 0 to 5, got 6"):
        greedy(notes, eos=6, max_length=3)
    with pytest.raises(ValueError, match="max_length must be a whole number of at least 1, got 0"):
        exhaustive_search(notes, eos=EOS, max_length=0)
    with pytest.raises(ValueError, match="length_power must be a finite number, at least 0, got -1"):
        beam_search(notes, 2, eos=EOS, max_length=3, length_power=-1)
    with pytest.raises(ValueError, match="n_sources"):
        beam_search_many(notes, 0, 2, eos=EOS, max_length=3)
    with pytest.raises(ValueError, match="temperature must be a finite number, at least 0, got -1"):
        sample(notes, eos=EOS, max_length=3, temperature=-1, rng=rng)
    with pytest.raises(ValueError, match="n_samples"):
        sample(notes, eos=EOS, max_length=3, n_samples=0, rng=rng)
    with pytest.raises(ValueError, match=r"rng must be a numpy.random.Generator"):
        sample(notes, eos=EOS, max_length=3, rng=0)
    with pytest.raises(ValueError, match=r"tokens\[1\] must be a whole number from 0 to 5, got 9"):
        sentence_log_probability(notes, [HOW, 9], eos=EOS)
    with pytest.raises(ValueError, match="tokens must end at the end-of-sentence token 0"):
        sentence_log_probability(notes, [HOW, EOS, YOU], eos=EOS)
    with pytest.raises(ValueError, match="tokens must not be empty"):
        sentence_log_probability(notes, [], eos=EOS)


def test_too_many_sentences():
    def fair(prefixes):
        return np.full((len(prefixes), 50), -np.log(50))

    with pytest.raises(ValueError, match="max_length must leave at most 2000000 sentences, got 6 with 50"):
        exhaustive_search(fair, eos=EOS, max_length=6)


def test_stepwise_refuses():
    step, start, _ = recurrent(0)
    with pytest.raises(ValueError, match="start must not be empty"):
        Stepwise(step, np.zeros((0, 3)), sos=1)
    model = Stepwise(step, start, sos=1)
    with pytest.raises(ValueError, match="sources must be whole numbers from 0 to 4, got 5"):
        model(np.zeros((1, 0), dtype=int), [5])
