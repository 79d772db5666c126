"""Subwords: the example of the paper by hand, parity with the library tokenizers, invariants, bad input."""

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from dlbook.data import english_text
from dlbook.text import BERT_SPECIAL, SPECIAL, BytePairEncoding, WordPiece, tokenize

EXAMPLE = "low " * 5 + "lower " * 2 + "newest " * 6 + "widest " * 3


def english():
    return [" ".join(tokenize(english_text()[:60_000]))]


# 1. by hand


def test_the_first_merges_of_the_paper():
    """Sennrich et al.: low 5, lower 2, newest 6, widest 3; e s and es t stand together 9 times, l o 7."""
    encoding = BytePairEncoding.train([EXAMPLE], 15, special=())
    assert [(step.left, step.right, step.times) for step in encoding.history[:3]] == [
        ("e", "s", 9),
        ("es", "t</w>", 9),
        ("l", "o", 7),
    ]
    assert encoding.tokens[:11] == ("d", "e", "i", "l", "n", "o", "r</w>", "s", "t</w>", "w", "w</w>")
    assert encoding.pieces("lowest") == ["lo", "w", "est</w>"]


def test_merges_go_in_the_order_of_training_not_from_the_left():
    encoding = BytePairEncoding(list("abc"), [("b", "c"), ("a", "b")], end="", special=())
    assert encoding.pieces("abc") == ["a", "bc"]
    assert encoding.pieces("abab") == ["ab", "ab"]


def test_a_pair_of_equal_letters_is_merged_from_the_left():
    encoding = BytePairEncoding.train(["aaaaa aaa"], 3, end="", special=())
    assert encoding.history[1] == ("aa", "a", "aaa", 2, 2.0)  # in "aa aa a" and in "aa a"
    assert encoding.pieces("aaaaaa aaaaa") == ["aa", "aa", "aa", "aa", "aaa"]


def test_word_piece_by_hand():
    """Of x y there are 2 / (2 * 2), of a b 3 / (4 * 3), as many as of a c, 1 / (4 * 1), which comes later."""
    pieces = WordPiece.train(["ab ab ab ac xy xy"], 12, min_count=1)
    assert [(step.left, step.right) for step in pieces.history] == [("x", "##y"), ("a", "##b")]
    assert [step.score for step in pieces.history] == [0.5, 0.25]
    frequent = WordPiece.train(["ab ab ab ac xy xy"], 11, criterion="count")
    assert [step.merged for step in frequent.history] == ["ab"]


def test_the_longest_piece_first_can_miss_a_way_to_cut():
    """Where the longest beginning leads nowhere, the whole word is unknown, although a and ##bc would do."""
    pieces = WordPiece(["a", "ab", "##bc"])
    assert pieces.pieces("abc ab") == ["[UNK]", "ab"]


# 2. parity with the library


@pytest.mark.parametrize("n_tokens", [90, 300])
def test_byte_pair_encoding_equals_the_library(n_tokens):
    texts = english()
    theirs = Tokenizer(models.BPE(unk_token="<unk>"))
    theirs.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.BpeTrainer(
        vocab_size=n_tokens, min_frequency=2, special_tokens=list(SPECIAL), show_progress=False
    )
    theirs.train_from_iterator(texts, trainer)
    ours = BytePairEncoding.train(texts, n_tokens, end="")
    merges = json.loads(theirs.to_str())["model"]["merges"]
    assert [list(pair) for pair in ours.merges] == [list(pair) for pair in merges]
    assert len(ours) == theirs.get_vocab_size() == n_tokens
    for text in (texts[0][:5000], "the unbelievably überlong wörd zzzq"):
        assert ours.encode(text).tolist() == theirs.encode(text).ids


def test_encoding_with_an_end_of_words_equals_the_library():
    texts = english()
    ours = BytePairEncoding.train(texts, 400)
    vocabulary = {token: i for i, token in enumerate(ours.tokens)}
    theirs = Tokenizer(
        models.BPE(vocabulary, list(ours.merges), end_of_word_suffix="</w>", unk_token="<unk>")
    )
    theirs.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    assert ours.encode(texts[0][:5000]).tolist() == theirs.encode(texts[0][:5000]).ids


def test_word_piece_equals_the_library():
    texts = english()
    for criterion in ("count", "likelihood"):
        ours = WordPiece.train(texts, 300, criterion=criterion)
        vocabulary = {token: i for i, token in enumerate(ours.tokens)}
        theirs = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
        theirs.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
        for text in (texts[0][:5000], "überlong zzzq " + "a" * 101 + " word"):
            assert ours.encode(text).tolist() == theirs.encode(text).ids
    trained = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    trained.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.WordPieceTrainer(
        vocab_size=300, min_frequency=2, special_tokens=list(BERT_SPECIAL), show_progress=False
    )
    trained.train_from_iterator(texts, trainer)
    by_count = WordPiece.train(texts, 300, criterion="count")
    different = set(trained.get_vocab()) ^ set(by_count.tokens)
    assert len(different) <= 6  # the library numbers parts in the order of a hash table: ties may fall apart


# 4. what must always hold


def naive(text, n_merges):
    """Byte-pair encoding that counts everything anew for each merge."""
    words = [list(word) for word in text.split()]
    ids = {c: i for i, c in enumerate(sorted({c for word in words for c in word}))}
    merges = []
    for _ in range(n_merges):
        counts = {}
        for word in words:
            for pair in pairwise(word):
                counts[pair] = counts.get(pair, 0) + 1
        if not counts or max(counts.values()) < 2:
            break
        best = min(counts, key=lambda p: (-counts[p], ids[p[0]], ids[p[1]]))
        merges.append(best)
        ids.setdefault("".join(best), len(ids))
        for k, word in enumerate(words):
            out, i = [], 0
            while i < len(word):
                step = 2 if tuple(word[i : i + 2]) == best else 1
                out.append("".join(word[i : i + step]))
                i += step
            words[k] = out
    return merges


@given(text=st.text("ab c", min_size=8, max_size=80).filter(lambda t: t.strip()))
@settings(max_examples=100, deadline=None)
def test_counts_kept_up_to_date_are_counts_made_anew(text):
    first = len(set(text.replace(" ", "")))
    ours = BytePairEncoding.train([text], first + 6, end="", special=())
    n = len(ours.merges)
    assert list(ours.merges) == naive(text, n)
    assert len(ours) == first + 6 or len(naive(text, n + 1)) == n


@given(text=st.text("abcdé ", min_size=1, max_size=60))
@settings(max_examples=50, deadline=None)
def test_decoding_undoes_encoding(text):
    encoding = BytePairEncoding.train(["abcdé dcbaé ab ab abc abc é d c b a"], 30)
    pieces = WordPiece.train(["abcdé aéb bca cdé dée éab ab ab abc abc é dd cc"], 40, min_count=1)
    tidy = " ".join(text.split())
    if "<unk>" not in encoding.pieces(text):
        assert encoding.decode(encoding.encode(text)) == tidy
    if "[UNK]" not in pieces.pieces(text):
        assert pieces.decode(pieces.encode(text)) == tidy


def test_more_tokens_make_a_text_shorter():
    texts = english()
    lengths = [len(BytePairEncoding.train(texts, n).encode(texts[0])) for n in (100, 200, 400)]
    assert lengths[0] > lengths[1] > lengths[2]


def test_special_tokens_and_what_is_unknown():
    encoding = BytePairEncoding.train([EXAMPLE], 20)
    assert encoding.tokens[:4] == SPECIAL
    assert encoding.pieces("lox") == ["lo", "<unk>"]
    assert encoding.decode([1, encoding.id("lo"), 3, 2]) == "lo<unk>"
    assert len(encoding.encode("")) == 0
    assert encoding.decode([]) == ""
    pieces = WordPiece(["play", "##ing"])
    assert pieces.decode([2, pieces.id("play"), pieces.id("##ing"), 3]) == "playing"
    assert pieces.pieces("[MASK]") == ["[UNK]"]


def test_training_stops_when_nothing_is_left():
    encoding = BytePairEncoding.train(["abc abc"], 100, special=())
    assert encoding.tokens == ("a", "b", "c</w>", "ab", "abc</w>")
    assert len(BytePairEncoding.train(["abc def"], 100, special=()).merges) == 0
    one = BytePairEncoding.train(["a"], 1, special=())
    assert one.encode("a a").tolist() == [0, 0]
    np.testing.assert_array_equal(one.encode("a"), [0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: BytePairEncoding.train([], 10), "texts must hold at least one word"),
        (lambda: BytePairEncoding.train("low low", 10), "texts must be texts"),
        (lambda: BytePairEncoding.train(["low low"], 5), "n_tokens must be at least 7"),
        (lambda: BytePairEncoding.train(["low low"], 9, min_count=0), "min_count must"),
        (
            lambda: BytePairEncoding(["a", "b"], [("a", "c")]),
            "merges must have parts that are there before, got 'c'",
        ),
        (lambda: BytePairEncoding(["a", "b"], [("a", "b", "c")]), "merges must be pairs of texts"),
        (lambda: BytePairEncoding(["a", "b"], [], tokenizer=3), "tokenizer must be a function"),
        (
            lambda: BytePairEncoding(["a", "b"], [], special=(), end="").pieces("c"),
            "text must hold characters that",
        ),
        (lambda: BytePairEncoding(["a", "b"], []).pieces(3), "text must be a text"),
        (lambda: BytePairEncoding(["a", "b"], []).decode([99]), "ids must be whole numbers from 0 to 5"),
        (lambda: BytePairEncoding(["a", "b"], []).id("z"), "token must be in the vocabulary, got 'z'"),
        (lambda: WordPiece(["a"], special=("[PAD]",)), r"special must hold \[UNK\]"),
        (lambda: WordPiece.train(["a b"], 20, criterion="x"), "criterion must be one of"),
        (lambda: WordPiece(["a"], longest=0), "longest must"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
