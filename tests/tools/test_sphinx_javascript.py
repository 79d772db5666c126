"""JavaScript runs from Python in a thread that has an event loop too, and after that loop was closed."""

import asyncio

from sphinx_book import javascript


def test_it_outlives_the_event_loop_that_ran_when_it_started() -> None:
    async def begin() -> javascript.MiniRacer:
        return javascript.start("const twice = (x) => 2 * x;")

    racer = asyncio.run(begin())  # which closes its loop at the end
    assert racer.eval("twice(21)") == 42
