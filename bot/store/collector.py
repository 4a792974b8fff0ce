"""When Python looks for garbage: not while much is made at once that all lives to the end, and seldom otherwise."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Python's collector does not run meanwhile; what reference counts free is freed as ever.

    While a plan of 5,000 tasks is drafted and put on the ledger, the collector looks again and again through what was
    made so far and finds nothing: a quarter of the whole time. For seconds only: cycles are not freed meanwhile.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def collect_seldom() -> None:
    """For a program that runs for months: what it has loaded so far lives as long as it does, and is left out.

    Measured on `/update`: a tenth of the processor time of handling one, for a few megabytes.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
