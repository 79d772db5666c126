"""Byte-pair encoding in Python against the library tokenizers, which is written in Rust."""

import json

from common import show
from layers import interleaved
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from dlbook.data import english_text
from dlbook.text import SPECIAL, BytePairEncoding, tokenize

N_TOKENS, REPEATS = 1000, 5


def by_library(texts: list[str]) -> Tokenizer:
    """Train the library's encoding."""
    found = Tokenizer(models.BPE(unk_token="<unk>"))
    found.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    found.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=N_TOKENS, min_frequency=2, special_tokens=list(SPECIAL), show_progress=False
        ),
    )
    return found


def main() -> None:
    """Compare training and encoding of the bundled English text."""
    texts = [" ".join(tokenize(english_text()))]
    ours, theirs = BytePairEncoding.train(texts, N_TOKENS, end=""), by_library(texts)
    merges = json.loads(theirs.to_str())["model"]["merges"]
    assert [list(pair) for pair in ours.merges] == [list(pair) for pair in merges]
    assert ours.encode(texts[0]).tolist() == theirs.encode(texts[0]).ids

    def anew() -> object:
        fresh = BytePairEncoding([token for token in ours.tokens if len(token) == 1], ours.merges, end="")
        return fresh.encode(texts[0])

    passes = {
        f"Training {N_TOKENS} tokens": {
            "dlbook": lambda: BytePairEncoding.train(texts, N_TOKENS, end=""),
            "tokenizers": lambda: by_library(texts),
        },
        "Encoding": {
            "dlbook, no word known": anew,
            "dlbook, all words known": lambda: ours.encode(texts[0]),
            "tokenizers": lambda: theirs.encode(texts[0]),
        },
    }
    for what, calls in passes.items():
        times = interleaved(calls, REPEATS)
        show(
            f"{what}, {len(texts[0]):,} characters of English",
            [[library, ms, ms / times["tokenizers"]] for library, ms in times.items()],
            ["library", "ms", "times the library's"],
        )


if __name__ == "__main__":
    main()
