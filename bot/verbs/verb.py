"""What every verb of the command line needs: settings, refusals as one line with an exit code, printing."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, NoReturn

import click

from bot.domain.refusal import Refusal
from bot.settings import BadSetting, Settings, load_settings

if TYPE_CHECKING:
    from bot.app import House

# Mistakes in files of config/: the same exit code as any other setting of no use.
BAD_CONFIGURATION = ("bad_policy", "bad_file", "workdays_", "local_days")


def refused(settings: Settings, refusal: Refusal) -> NoReturn:
    from bot.plain import refusal_line

    click.echo(refusal_line(settings.locale, refusal), err=True)
    sys.exit(2 if refusal.reason.startswith(BAD_CONFIGURATION) else 1)


def verb(run: Callable[..., None]) -> Callable[..., None]:
    """A verb gets the settings first; a bad setting or a refusal becomes one line and an exit code."""

    @wraps(run)
    def wrapped(*args: Any, **options: Any) -> None:
        try:
            settings = load_settings()
        except BadSetting as error:
            click.echo(str(error), err=True)
            sys.exit(2)
        try:
            run(settings, *args, **options)
        except Refusal as refusal:
            refused(settings, refusal)
        except OSError as error:
            click.echo(f"{type(error).__name__}: {error}", err=True)
            sys.exit(1)
        except Exception as error:
            if not out_of_reach(error):
                raise
            click.echo(f"the database is out of reach: {str(error).splitlines()[0]}", err=True)
            sys.exit(1)

    return wrapped


def out_of_reach(error: Exception) -> bool:
    """The database did not answer; told by name, so that a verb that needs none loads no SQLAlchemy."""
    return type(error).__name__ == "OperationalError" and type(error).__module__.startswith("sqlalchemy")


def show(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def open_house(settings: Settings) -> "House":
    from bot.app import House

    house = House.open(settings)
    # Closed by us, the database leaves its log behind empty, and the file is whole for whoever copies it.
    click.get_current_context().call_on_close(house.store.close)
    return house


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal; nothing anywhere else."""
    with click.progressbar(length=100, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def progress(done: int, of: int) -> None:
            bar.update(100 * done // max(of, 1) - bar.pos)

        yield progress
