"""How a phrase of a plan is read."""

import json
import sys
from collections.abc import Callable
from typing import Any

import click

from bot.settings import Settings
from bot.verbs.verb import show, verb


@click.command("read-deadline")
@click.argument("text")
@click.option("--base", required=True, metavar="DATE", help="The document's date.")
@click.option("--json", "as_json", is_flag=True)
@verb
def read_deadline(settings: Settings, text: str, base: str, as_json: bool) -> None:
    """Read a deadline phrase; - reads one a line from standard input, one JSON object a line."""
    from bot.app import read_calendar
    from bot.usecases import phrases
    from bot.usecases.moments import day

    calendar, start = read_calendar(settings), day(base)
    _each_line(text, lambda line: phrases.deadline(line, start, calendar), as_json)


@click.command("read-units")
@click.argument("text")
@click.option("--json", "as_json", is_flag=True)
@verb
def read_units(settings: Settings, text: str, as_json: bool) -> None:
    """Read a phrase that names units; - reads one a line from standard input, one JSON object a line."""
    from bot.app import read_registry
    from bot.usecases import phrases

    registry = read_registry(settings)
    _each_line(text, lambda line: phrases.units(line, registry), as_json)


def _each_line(text: str, read: Callable[[str], dict[str, Any]], as_json: bool) -> None:
    if text == "-":
        for line in sys.stdin:
            click.echo(json.dumps(read(line.rstrip("\r\n")), ensure_ascii=False))
        return
    found = read(text)
    if as_json:
        show(found)
    else:
        for name, value in found.items():
            if value not in (None, [], "", False):
                click.echo(f"{name:<12} {'、'.join(map(str, value)) if isinstance(value, list) else value}")


VERBS = (read_deadline, read_units)
