"""Much is made at once that all lives to the end: no search for garbage among it."""

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
