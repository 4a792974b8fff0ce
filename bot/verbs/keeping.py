"""Keeping the ledger: its audit chain, its backups."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from bot.settings import Settings
from bot.verbs.verb import open_house, progress_bar, show, verb


@click.command()
@click.option("--json", "as_json", is_flag=True)
@verb
def verify(settings: Settings, as_json: bool) -> None:
    """Walk the audit chain; exit 1 and name the first broken event if it was tampered with."""
    from bot.usecases.auditing import verify_chain

    house = open_house(settings)
    with house.looking() as act:
        count, last = verify_chain(act)
    if as_json:
        show({"events": count, "head": last})
    else:
        click.echo(f"{count} events, the chain holds: {last}")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
@verb
def backup(settings: Settings, file: Path, as_json: bool) -> None:
    """Write ledger and evidence into one file, while the bot runs."""
    from bot import backup as backups

    with progress_bar("backup") as progress:
        found = backups.backup(open_house(settings), file, datetime.now(UTC), progress)
    say_backup(found, as_json)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
@verb
def restore(settings: Settings, file: Path, as_json: bool) -> None:
    """Bring a backup into an empty ledger, on SQLite or PostgreSQL."""
    from bot import backup as backups

    with progress_bar("restore") as progress:
        found = backups.restore(open_house(settings), file, datetime.now(UTC), progress)
    say_backup(found, as_json)


def say_backup(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        show(found)
    else:
        click.echo(f"{found['events']} events, {found['files']} files of evidence, as of {found['made_at']}")


VERBS = (verify, backup, restore)
