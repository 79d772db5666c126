"""Sentences for the tests of scores for translations."""

import pytest

GUIDE = [
    "It is a guide to action which ensures that the military always obeys the commands of the party",
    "It is to insure the troops forever hearing the activity guidebook that party direct",
]
GUIDE_REFERENCES = [
    "It is a guide to action that ensures that the military will forever heed Party commands",
    "It is the guiding principle which guarantees the military forces "
    "always being under the command of the Party",
    "It is the practical guide for the army always to heed the directions of the party",
]
BIRD = [
    "a bird is sitting on the stone",
    "on the stone sits a bird",
    "the bird the bird the bird",
    "bird",
    "",
    "birds are sitting on a stone in the sun and sing",
]
SETS = {
    "guide": (GUIDE, GUIDE_REFERENCES),
    "one reference": (BIRD, ["a bird sits on the stone"]),
    "two references": (BIRD, ["a bird sits on the stone", "there is a bird on the rock"]),
    "repeated words": (
        ["the the the cat", "the cat the cat sat", "a a"],
        ["the cat the dog the cat", "a the a"],
    ),
    "one word": (["yes", "no", "yes yes", ""], ["yes"]),
}
"""Candidates of one source sentence, and its references."""

REAL = (
    [*GUIDE, *BIRD[:4], "the cat sat on the mat and looked at me"],
    [
        *[GUIDE_REFERENCES[:2]] * 2,
        *[["a bird sits on the stone", "there is a bird on the rock"]] * 4,
        ["the cat sat on a mat and it looked at me", "on the mat there sat a cat which looked at me"],
    ],
)
"""Candidates of a corpus, and two references of each."""


@pytest.fixture(params=SETS)
def several(request):
    """Return candidates of one source sentence, and its references."""
    return SETS[request.param]


@pytest.fixture
def guide():
    """Return the two candidates and three references of the paper on BLEU."""
    return SETS["guide"]


@pytest.fixture
def bird():
    """Return candidates and the one reference of a sentence."""
    return SETS["one reference"]


@pytest.fixture
def real():
    """Return candidates of a corpus, and two references of each."""
    return REAL
