"""Print every table of this folder, the short ones first."""

import attention
import cold_build
import convolution
import hmm
import imports
import memory
import mlp
import optimizers
import pages
import rebuild
import sequences


def main() -> None:
    """Run all."""
    for benchmark in (
        imports,
        memory,
        mlp,
        optimizers,
        hmm,
        sequences,
        attention,
        convolution,
        pages,
        rebuild,
        cold_build,
    ):
        benchmark.main()


if __name__ == "__main__":
    main()
