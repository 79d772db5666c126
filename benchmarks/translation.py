"""Corpus BLEU against sacreBLEU, on 1,000 sentences that are tokenized already."""

import numpy as np
from common import show
from layers import interleaved
from sacrebleu.metrics import BLEU

from dlbook.metrics import corpus_bleu

SENTENCES, REPEATS = 1000, 9


def sentences(rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """Return references of 5 to 40 words, and candidates in which a fifth of the words is another."""
    references, candidates = [], []
    for _ in range(SENTENCES):
        words = np.minimum(rng.zipf(1.5, size=rng.integers(5, 41)), 20_000)
        changed = np.where(rng.random(len(words)) < 0.2, rng.integers(1, 1000, len(words)), words)
        references.append(" ".join(f"w{word}" for word in words))
        candidates.append(" ".join(f"w{word}" for word in changed))
    return candidates, references


def main() -> None:
    """Compare both with one reference and with two."""
    rng = np.random.default_rng(0)
    candidates, references = sentences(rng)
    others, _ = sentences(rng)
    theirs = BLEU(tokenize="none", smooth_method="none")
    for name, streams in (("one reference", [references]), ("two references", [references, others])):
        lists = [list(several) for several in zip(*streams, strict=True)]
        score = theirs.corpus_score(candidates, streams).score / 100
        assert abs(corpus_bleu(candidates, lists) - score) < 1e-12
        times = interleaved(
            {
                "dlbook": lambda lists=lists: corpus_bleu(candidates, lists),
                "sacreBLEU": lambda streams=streams: theirs.corpus_score(candidates, streams),
            },
            REPEATS,
        )
        show(
            f"Corpus BLEU of {SENTENCES} sentences, {name}",
            [[library, ms, ms / times["sacreBLEU"]] for library, ms in times.items()],
            ["library", "ms", "share of sacreBLEU's time (goal: 2 at most)"],
        )


if __name__ == "__main__":
    main()
