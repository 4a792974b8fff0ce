"""Running the bot, trying it, and what belongs to that."""

import sys
from pathlib import Path

import click

from bot.settings import Settings
from bot.verbs.verb import open_house, progress_bar, show, verb


def sound_words() -> None:
    """Every message has its words; else exit 2 with the key and the file."""
    from bot.words import BadWords, check

    try:
        check()
    except BadWords as error:
        click.echo(str(error), err=True)
        sys.exit(2)


@click.command()
@click.option("--rehearse-at", metavar="ISO", help="Start the clock at this moment; every message is marked [演练].")
@verb
def run(settings: Settings, rehearse_at: str | None) -> None:
    """Run the bot against Telegram (DUBAN_TOKEN)."""
    from bot.app import run_bot
    from bot.usecases.moments import moment

    sound_words()

    if not settings.token.get_secret_value():
        click.echo("DUBAN_TOKEN: set the bot's token (README: going live), or try `make demo` without one", err=True)
        sys.exit(2)
    sys.exit(run_bot(settings, moment(rehearse_at, settings.zone) if rehearse_at else None))


@click.command()
@click.option("--port", default=8088, show_default=True, help="Where the sandbox listens on 127.0.0.1.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@verb
def demo(settings: Settings, port: int, no_browser: bool) -> None:
    """Open the sandbox: a chat page, the demonstration plan, a lived month, a clock to turn."""
    from bot.demo import run_demo

    sound_words()
    run_demo(settings, port, browser=not no_browser)


@click.command()
@verb
def migrate(settings: Settings) -> None:
    """Bring the database to this version."""
    from bot.store.migrate import upgrade

    upgrade(settings.database_url)


@click.command()
@click.option("--json", "as_json", is_flag=True)
@verb
def doctor(settings: Settings, as_json: bool) -> None:
    """Check settings, database, clock, calendar, Telegram and fonts; exit 1 if something must be mended."""
    from bot.doctor import examine

    findings = examine(settings)
    if as_json:
        show(findings)
    else:
        for finding in findings:
            click.echo(f"{finding['level']:<5} {finding['what']}: {finding['text']}")
    sys.exit(1 if any(finding["level"] == "bad" for finding in findings) else 0)


@click.command()
@click.option("--from", "start", required=True, metavar="DATE")
@click.option("--to", "end", required=True, metavar="DATE")
@click.option("--json", "as_json", is_flag=True)
@verb
def simulate(settings: Settings, start: str, end: str, as_json: bool) -> None:
    """Show what the policy would say to whom, and what noise each person gets; nothing is sent or changed."""
    from tempfile import TemporaryDirectory

    from bot.store.copying import copy
    from bot.usecases.moments import day
    from bot.usecases.simulate import simulate as play

    house = open_house(settings)
    with TemporaryDirectory(prefix="duban-") as folder, progress_bar("simulate") as progress:
        found = play(copy(house.store, Path(folder) / "copy.db"), house.office, day(start), day(end), progress)
    if as_json:
        show(found)
        return
    for name, value in found["figures"].items():
        click.echo(f"{name:<36} {value}")
    for person in sorted(found["people"], key=lambda each: -each["messages"]):
        click.echo(f"{person['messages']:>5} {person['max_per_day']:>3} {person['unit']} {person['name']}")


VERBS = (run, demo, migrate, doctor, simulate)
