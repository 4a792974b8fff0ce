"""`python -m bench [--short] [NAME …]`: measures, prints each figure beside its peer.

Exits 0 whatever the figures are, 1 when something could not be measured at all.
"""

import argparse
import importlib
import logging
import platform
import sys
import time
from datetime import date

BENCHES = {
    "command": "bench.command_path",
    "reminders": "bench.reminders",
    "digest": "bench.digest",
    "importing": "bench.importing",
    "chat": "bench.conversing",
    "replies": "bench.replies",
    "pace": "bench.pace",
    "starting": "bench.starting",
    "takeover": "bench.takeover",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--short", action="store_true", help="a quick pass of each, under 3 minutes in all")
    options = parser.parse_args()
    unknown = set(options.names) - set(BENCHES)
    if unknown:
        parser.error(f"no bench is called {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    # Benches drive the node hard and end it in the middle; what it says about that is not a figure.
    logging.disable(logging.CRITICAL)
    failed = []
    print(f"{date.today()}, Python {platform.python_version()}, {_processors()}{', short' if options.short else ''}")
    began = time.monotonic()
    for name in options.names or BENCHES:
        try:
            for figure in importlib.import_module(BENCHES[name]).run(options.short):
                print(f"{name:<9} {figure}", flush=True)
        except Exception as error:
            # The others are still worth knowing.
            failed.append(name)
            print(f"{name:<9} not measured: {type(error).__name__} {error}", flush=True)
    print(f"in {time.monotonic() - began:.0f} s")
    sys.exit(1 if failed else 0)


def _processors() -> str:
    import os

    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before it began"


if __name__ == "__main__":
    main()
