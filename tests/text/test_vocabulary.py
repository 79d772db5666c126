"""Vocabulary: the lecture's four reviews by hand, parity with Keras, and what must hold for any text."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.data import FOUR_REVIEWS
from dlbook.text import EOS, PAD, SOS, SPECIAL, UNK, Vocabulary, length_mask, one_hot, pad_sequences, tokenize

TEXTS = [text for text, _ in FOUR_REVIEWS]
WORDS = st.text("abc", min_size=1, max_size=2)


def reviews_vocabulary():
    return Vocabulary.from_texts(TEXTS, special=(PAD, SOS, EOS))


# 1. by hand


def test_the_four_reviews_have_24_tokens_in_the_order_of_the_lecture():
    """The lecture counts from 1 and puts <pad> third: its 4 is our 3 (the), its 24 our 23 (time)."""
    vocabulary = reviews_vocabulary()
    assert len(vocabulary) == 24
    assert vocabulary.tokens == (
        *("<pad>", "<sos>", "<eos>", "the", "first", "half", "was", "very", "boring", "."),
        *("great", "performance", "by", "all", "lead", "actors", "background", "music", "awesome"),
        *("movie", "a", "waste", "of", "time"),
    )
    assert [vocabulary.id(word) + 1 for word in ("the", "first", "half", "time")] == [4, 5, 6, 24]


def test_the_four_reviews_as_tensors():
    ids, mask = reviews_vocabulary().batch(TEXTS, sos=True, eos=True)
    expected = [
        [1, 3, 4, 5, 6, 7, 8, 9, 2, 0],
        [1, 10, 11, 12, 13, 3, 14, 15, 9, 2],
        [1, 3, 16, 17, 6, 18, 9, 2, 0, 0],
        [1, 3, 19, 6, 20, 21, 22, 23, 9, 2],
    ]
    np.testing.assert_array_equal(ids, expected)
    np.testing.assert_array_equal(mask, np.array(expected) > 0)
    assert mask.sum(axis=1).tolist() == [9, 10, 8, 10]
    assert (ids.dtype, mask.dtype) == (np.int64, bool)
    vectors = one_hot(ids, 24)
    assert vectors.shape == (4, 10, 24)
    assert vectors.sum() == 40
    np.testing.assert_array_equal(vectors[0, 1], [0, 0, 0, 1, *[0] * 20])
    np.testing.assert_array_equal(vectors[0, 2], [0, 0, 0, 0, 1, *[0] * 19])


def test_default_special_tokens():
    vocabulary = Vocabulary.from_texts(["a b a"])
    assert vocabulary.tokens == ("<pad>", "<sos>", "<eos>", "<unk>", "a", "b")
    assert [vocabulary.id(token) for token in SPECIAL] == [0, 1, 2, 3]
    assert UNK in vocabulary
    assert "c" not in vocabulary
    assert repr(vocabulary) == "Vocabulary(6 tokens, 4 of them special)"


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        ("  \n\t", []),
        ("I am ___ hungry!", ["i", "am", "___", "hungry", "!"]),
        ("Don't, it’s 3.5 or 1,000.", ["don't", ",", "it’s", "3.5", "or", "1,000", "."]),
        ("'quoted' words", ["'", "quoted", "'", "words"]),
        ("Ärger (naïve) ...", ["ärger", "(", "naïve", ")", ".", ".", "."]),
        ("x2y 10km end.Start", ["x2y", "10km", "end", ".", "start"]),
        ("3.5.", ["3.5", "."]),
    ],
)
def test_tokens_by_hand(text, tokens):
    assert tokenize(text) == tokens


def test_rare_words_are_left_out_and_encoded_as_unknown():
    vocabulary = Vocabulary.from_texts(["a a b", "b c <pad>"], min_count=2)
    assert vocabulary.tokens == (*SPECIAL, "a", "b", "<", ">")[:6]
    np.testing.assert_array_equal(vocabulary.encode("c a b"), [3, 4, 5])
    assert vocabulary.decode([1, 3, 4, 5, 2, 0]) == ["<unk>", "a", "b"]
    assert vocabulary.decode([1, 3, 2, 0], special=True) == ["<sos>", "<unk>", "<eos>", "<pad>"]


def test_special_tokens_in_a_list_of_tokens_keep_their_ids():
    vocabulary = Vocabulary.from_texts([[SOS, "New York", "is", "big", EOS], ["is", PAD]])
    assert vocabulary.tokens == (*SPECIAL, "New York", "is", "big")
    np.testing.assert_array_equal(vocabulary.encode([SOS, "is", "small", PAD]), [1, 5, 3, 0])


def test_characters():
    vocabulary = Vocabulary.from_texts(["Hello, "], special=(), tokenizer=list)
    assert vocabulary.tokens == ("H", "e", "l", "o", ",", " ")
    assert "".join(vocabulary.decode(vocabulary.encode("oH, ell"))) == "oH, ell"


def test_padding_on_the_left_and_to_a_length():
    padded, mask = pad_sequences([[1, 2, 3], [4]], length=5, side="left", value=9)
    np.testing.assert_array_equal(padded, [[9, 9, 1, 2, 3], [9, 9, 9, 9, 4]])
    np.testing.assert_array_equal(mask, [[0, 0, 1, 1, 1], [0, 0, 0, 0, 1]])
    padded, mask = pad_sequences([[], [4, 5]])
    np.testing.assert_array_equal(padded, [[0, 0], [4, 5]])
    np.testing.assert_array_equal(mask, [[False, False], [True, True]])
    assert padded.dtype == np.int64


def test_padding_of_vectors():
    rng = np.random.default_rng(0)
    sequences = [rng.normal(size=(steps, 3)) for steps in (2, 4, 1)]
    padded, mask = pad_sequences(sequences, value=-1.5)
    assert padded.shape == (3, 4, 3)
    for row, sequence in enumerate(sequences):
        np.testing.assert_array_equal(padded[row, mask[row]], sequence)
        assert (padded[row, ~mask[row]] == -1.5).all()


# 2. parity


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("truncate", ["right", "left"])
@pytest.mark.parametrize("length", [None, 3, 6, 11])
def test_padding_equals_that_of_keras(side, truncate, length):
    from keras.utils import pad_sequences as reference

    rng = np.random.default_rng(1)
    sequences = [rng.integers(1, 50, size=steps).tolist() for steps in (5, 1, 9, 3, 6)]
    names = {"right": "post", "left": "pre"}
    options = {"padding": names[side], "truncating": names[truncate]}
    expected = reference(sequences, maxlen=length, dtype="int64", value=7, **options)
    padded, mask = pad_sequences(sequences, length=length, value=7, side=side, truncate=truncate)
    np.testing.assert_array_equal(padded, expected)
    ones = [[1] * len(sequence) for sequence in sequences]
    np.testing.assert_array_equal(mask, reference(ones, maxlen=length, **options).astype(bool))


def test_one_hot_equals_that_of_keras_and_looks_up_rows():
    from keras.utils import to_categorical

    rng = np.random.default_rng(2)
    ids, table = rng.integers(7, size=(4, 5)), rng.normal(size=(7, 3))
    np.testing.assert_array_equal(one_hot(ids, 7), to_categorical(ids, 7))
    np.testing.assert_allclose(one_hot(ids, 7) @ table, table[ids], rtol=1e-15)


def test_counts_and_ids_agree_with_scikit_learn():
    from sklearn.feature_extraction.text import CountVectorizer

    rng = np.random.default_rng(3)
    texts = [" ".join(rng.choice(["ab", "cd", "ef", "gh", "ij", "kl", "mn"], size=8)) for _ in range(6)]
    reference = CountVectorizer().fit(texts)
    vocabulary = Vocabulary.from_texts(texts, special=())
    assert set(vocabulary.tokens) == set(reference.get_feature_names_out())
    ids, _ = vocabulary.batch(texts)
    counts = one_hot(ids, len(vocabulary)).sum(axis=1)
    columns = [vocabulary.id(token) for token in reference.get_feature_names_out()]
    np.testing.assert_array_equal(counts[:, columns], reference.transform(texts).toarray())


# 4. invariants


@given(texts=st.lists(st.lists(WORDS, max_size=6), min_size=1, max_size=5), data=st.data())
@settings(deadline=None, max_examples=80)
def test_decoding_undoes_encoding(texts, data):
    min_count = data.draw(st.integers(1, 3))
    vocabulary = Vocabulary.from_texts(texts, min_count=min_count)
    flat = [token for text in texts for token in text]
    for token in set(flat):
        assert (token in vocabulary) == (flat.count(token) >= min_count)
    for text in texts:
        ids = vocabulary.encode(text, sos=True, eos=True)
        assert (ids[0], ids[-1]) == (1, 2)
        assert vocabulary.decode(ids) == [token if token in vocabulary else UNK for token in text]
    first = list(dict.fromkeys(token for token in flat if token in vocabulary))
    assert vocabulary.tokens == (*SPECIAL, *first)


@given(
    lengths=st.lists(st.integers(0, 7), min_size=1, max_size=6).filter(any),
    extra=st.integers(0, 3),
    side=st.sampled_from(["right", "left"]),
)
@settings(deadline=None, max_examples=80)
def test_what_the_mask_keeps_is_the_sequence(lengths, extra, side):
    rng = np.random.default_rng(0)
    sequences = [rng.integers(1, 9, size=steps) for steps in lengths]
    copies = [sequence.copy() for sequence in sequences]
    padded, mask = pad_sequences(sequences, length=max(lengths) + extra, side=side)
    assert padded.shape == mask.shape == (len(lengths), max(lengths) + extra)
    for row, sequence in enumerate(sequences):
        np.testing.assert_array_equal(padded[row, mask[row]], sequence)
        np.testing.assert_array_equal(sequence, copies[row])
    assert (padded[~mask] == 0).all()
    ones = mask[:, ::-1] if side == "left" else mask
    np.testing.assert_array_equal(ones, length_mask(lengths, max(lengths) + extra))
    assert (np.diff(ones.astype(int), axis=1) <= 0).all()


def test_a_masked_loss_is_that_without_padding():
    """Mean over the real steps of a padded batch = mean over the sequences one behind the other."""
    rng = np.random.default_rng(4)
    losses = [rng.random(steps) for steps in (3, 7, 1)]
    padded, mask = pad_sequences(losses, length=9, value=1e6)
    np.testing.assert_allclose((padded * mask).sum() / mask.sum(), np.concatenate(losses).mean(), rtol=1e-14)


@given(ids=st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3), min_size=1, max_size=4))
def test_one_hot_has_a_single_one_at_the_id(ids):
    vectors = one_hot(ids, 5)
    np.testing.assert_array_equal(vectors.sum(axis=-1), 1)
    np.testing.assert_array_equal(vectors.argmax(axis=-1), ids)


def test_one_hot_of_one_id_and_of_none():
    np.testing.assert_array_equal(one_hot(2, 4), [0, 0, 1, 0])
    assert one_hot([], 4).shape == (0, 4)


# bad input


def test_an_unknown_token_is_named_with_its_position():
    with pytest.raises(
        ValueError, match=r"^text must .* 'terrible' at position 3 \(the vocabulary has no <unk>\)"
    ):
        reviews_vocabulary().encode("The movie was terrible.")
    with pytest.raises(ValueError, match="token must be in the vocabulary, got 'terrible'"):
        Vocabulary(["good"]).id("terrible")


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: Vocabulary([], special=()), "tokens"),
        (lambda: Vocabulary(["a", "b", "a"]), "tokens"),
        (lambda: Vocabulary(["a", PAD]), "tokens"),
        (lambda: Vocabulary(["a", 3]), "tokens"),
        (lambda: Vocabulary("ab"), "tokens"),
        (lambda: Vocabulary(["a"], special="ab"), "special"),
        (lambda: Vocabulary(["a"], special=(SOS, PAD)), "special"),
        (lambda: Vocabulary(["a"], tokenizer="list"), "tokenizer"),
        (lambda: Vocabulary.from_texts([]), "texts"),
        (lambda: Vocabulary.from_texts("hello"), "texts"),
        (lambda: Vocabulary.from_texts([3]), "texts"),
        (lambda: Vocabulary.from_texts(["a"], min_count=0), "min_count"),
        (lambda: Vocabulary(["a"]).encode(7), "text"),
        (lambda: Vocabulary(["a"]).encode([7]), "text"),
        (lambda: Vocabulary(["a"], special=()).encode("a", sos=True), "token"),
        (lambda: Vocabulary(["a"], special=()).encode("a", eos=True), "token"),
        (lambda: Vocabulary(["a"]).decode([4, 5]), "ids"),
        (lambda: Vocabulary(["a"]).decode([-1]), "ids"),
        (lambda: Vocabulary(["a"]).decode([1.5]), "ids"),
        (lambda: Vocabulary(["a"]).decode([[1]]), "ids"),
        (lambda: Vocabulary(["a"]).batch([]), "texts"),
        (lambda: Vocabulary(["a"]).batch("aa"), "texts"),
        (lambda: Vocabulary(["a"], special=()).batch(["a a", "a"]), "texts"),
        (lambda: Vocabulary(["a"]).batch(["a", "a a a"], length=2), "sequences"),
        (lambda: tokenize(None), "text"),
        (lambda: pad_sequences([]), "sequences"),
        (lambda: pad_sequences([[], []]), "sequences"),
        (lambda: pad_sequences("ab"), "sequences"),
        (lambda: pad_sequences([["a", "b"]]), r"sequences\[0\]"),
        (lambda: pad_sequences([[1], 2]), r"sequences\[1\]"),
        (lambda: pad_sequences([[1], [1, [2]]]), r"sequences\[1\]"),
        (lambda: pad_sequences([np.ma.masked_array([1, 2], [0, 1])]), r"sequences\[0\]"),
        (lambda: pad_sequences([np.ones((2, 3)), np.ones((2, 4))]), "sequences"),
        (lambda: pad_sequences([[1]], length=0), "length"),
        (lambda: pad_sequences([[1]], length=10**12), "length"),
        (lambda: pad_sequences([[1]], side="post"), "side"),
        (lambda: pad_sequences([[1]], side=None), "side"),
        (lambda: pad_sequences([[1]], truncate="pre"), "truncate"),
        (lambda: length_mask([]), "lengths"),
        (lambda: length_mask([2, -1]), "lengths"),
        (lambda: length_mask([2.5]), "lengths"),
        (lambda: length_mask([2, 5, 4], 4), "lengths"),
        (lambda: length_mask([10**12]), "lengths"),
        (lambda: one_hot([[0, 1], [2, 9]], 3), "ids"),
        (lambda: one_hot([0.5], 3), "ids"),
        (lambda: one_hot([0], 0), "n_tokens"),
        (lambda: one_hot([0], 10**12), "n_tokens"),
    ],
)
def test_bad_arguments_are_named(call, name):
    with pytest.raises(ValueError, match=f"^{name} must"):
        call()


@pytest.mark.parametrize(
    ("dtype", "value"),
    [
        (np.uint8, -1.0),
        (np.uint8, -1),
        (np.uint8, 256),
        (np.int64, 0.5),
        (np.int64, 2**70),
        (np.int64, np.nan),
        (bool, 2),
        (np.float32, 1e300),
        (float, "1"),
        (float, None),
    ],
)
def test_padding_that_the_type_of_the_sequences_does_not_hold_is_refused(dtype, value):
    with pytest.raises(ValueError, match=r"^value must"):
        pad_sequences([np.ones(1, dtype), np.ones(2, dtype)], value=value)


@pytest.mark.parametrize(
    ("dtype", "value"), [(np.uint8, 255), (np.int64, -1.0), (np.float32, 0.1), (float, np.nan), (bool, True)]
)
def test_padding_that_fits_is_filled_in(dtype, value):
    padded, _ = pad_sequences([np.zeros(1, dtype), np.zeros(2, dtype)], value=value)
    assert padded.dtype == dtype
    np.testing.assert_array_equal(padded[0], np.array([0, value], dtype))
