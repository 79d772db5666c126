"""Word errors against JiWER."""

import jiwer
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlbook.metrics import total_errors, word_errors

sentences = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=7)


@settings(max_examples=60, deadline=None)
@given(sentences, st.lists(st.sampled_from(["a", "b", "c"]), max_size=7))
def test_the_rate_agrees(reference, candidate):
    errors = word_errors(reference, candidate)
    assert errors.rate == pytest.approx(jiwer.wer(" ".join(reference), " ".join(candidate)), rel=1e-12)


def test_a_corpus_agrees(real):
    candidates, references = real
    firsts = [several[0] for several in references]
    theirs = jiwer.process_words(firsts, list(candidates))
    ours = total_errors([word_errors(r, c) for r, c in zip(firsts, candidates, strict=True)])
    assert ours.rate == pytest.approx(theirs.wer, rel=1e-12)
    assert ours.total == theirs.substitutions + theirs.deletions + theirs.insertions
