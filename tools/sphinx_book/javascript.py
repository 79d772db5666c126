"""JavaScript run from Python, whatever else runs in the thread that asks for it."""

from concurrent.futures import ThreadPoolExecutor

from py_mini_racer import MiniRacer


def start(*scripts: str) -> MiniRacer:
    """Start V8 with some scripts, on an event loop of its own.

    MiniRacer takes the event loop that runs in its thread, and dies with it: a test that drives a browser has
    one, and closes it. In a new thread none runs.
    """
    with ThreadPoolExecutor(1) as thread:
        racer = thread.submit(MiniRacer).result()
    for script in scripts:
        racer.eval(script)
    return racer
