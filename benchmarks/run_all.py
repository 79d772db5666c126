"""Print every table of this folder, the short ones first."""

import cold_build
import imports
import memory
import mlp
import pages
import rebuild


def main() -> None:
    """Run all."""
    for benchmark in (imports, memory, mlp, pages, rebuild, cold_build):
        benchmark.main()


if __name__ == "__main__":
    main()
