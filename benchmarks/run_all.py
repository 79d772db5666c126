"""Print every table of this folder, the short ones first."""

import attention
import cold_build
import convolution
import decoding
import hmm
import imports
import memory
import mlp
import optimizers
import pages
import rebuild
import sequences
import subwords
import transformers
import translation


def main() -> None:
    """Run all."""
    for benchmark in (
        imports,
        memory,
        mlp,
        optimizers,
        hmm,
        sequences,
        translation,
        attention,
        subwords,
        transformers,
        convolution,
        decoding,
        pages,
        rebuild,
        cold_build,
    ):
        benchmark.main()


if __name__ == "__main__":
    main()
