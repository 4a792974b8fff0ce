"""The command line: one verb, one use case. Exit 0 done; 1 refused, with one line on stderr; 2 usage or bad setting."""

import gc
import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from bot.domain.refusal import Refusal
from bot.settings import BadSetting, Settings, load_settings

if TYPE_CHECKING:
    from bot.app import House

LARGEST = 64 * 1024 * 1024
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


def sound_words() -> None:
    """Every message has its words; else exit 2 with the key and the file."""
    from bot.words import BadWords, check

    try:
        check()
    except BadWords as error:
        click.echo(str(error), err=True)
        sys.exit(2)


def show(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def open_house(settings: Settings) -> "House":
    from bot.app import House

    house = House.open(settings)
    # Closed by us, the database leaves its log behind empty, and the file is whole for whoever copies it.
    click.get_current_context().call_on_close(house.store.close)
    return house


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def main() -> None:
    """Duban (督办) drives every finding of an inspection to its verified close-out."""


@main.command()
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


@main.command()
@click.option("--port", default=8088, show_default=True, help="Where the sandbox listens on 127.0.0.1.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@verb
def demo(settings: Settings, port: int, no_browser: bool) -> None:
    """Open the sandbox: a chat page, the demonstration plan, a lived month, a clock to turn."""
    from bot.demo import run_demo

    sound_words()
    run_demo(settings, port, browser=not no_browser)


@main.command()
@verb
def migrate(settings: Settings) -> None:
    """Bring the database to this version."""
    from bot.store.migrate import upgrade

    upgrade(settings.database_url)


@main.command()
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


@main.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--plan", "title", metavar="TITLE", help="The plan's title, instead of the file's.")
@click.option("--issued", metavar="DATE", help="The day the plan was issued, instead of the file's.")
@click.option("--dry-run", is_flag=True, help="Only show what was understood (as without --yes).")
@click.option("--yes", is_flag=True, help="Confirm: put it on the ledger.")
@click.option("--correct", "reason", metavar="REASON", help="With --yes: record changed wording as corrections.")
@click.option("--json", "as_json", is_flag=True)
@verb
def import_(
    settings: Settings,
    file: Path,
    title: str | None,
    issued: str | None,
    dry_run: bool,
    yes: bool,
    reason: str | None,
    as_json: bool,
) -> None:
    """Read a plan (xlsx, xls, docx, csv, txt) and, with --yes, put it on the ledger."""
    from bot.documents.plan_files import read_plan_file
    from bot.usecases.moments import day

    if dry_run and yes:
        raise click.UsageError("--dry-run and --yes contradict each other")
    if reason and not yes:
        raise click.UsageError("--correct needs --yes")
    printed = day(issued) if issued else None
    refuse_large(file)
    with progress_bar(file.name) as progress, ThreadPoolExecutor(1) as aside:
        # Reading, understanding and putting on the ledger take a third each. The file is read in a process of its own,
        # meanwhile this one loads what the rest needs.
        reading = aside.submit(
            read_plan_file, file.read_bytes(), file.name, lambda done, of: progress(done, 3 * max(of, 1))
        )
        from bot.usecases.import_plan import import_file
        from bot.usecases.plan_draft import drafted

        house = open_house(settings)
        draft = drafted(house.office, house.registry, reading.result(), title, printed)
        progress(2, 3)
        with house.acting() as act:
            facts = import_file(act, draft, house.registry, confirmed=yes)
            if reason:
                from bot.usecases.correction import correct_from_file

                facts |= correct_from_file(act, draft, facts["changed_tasks"], reason)
        progress(3, 3)
    # On its way out Python would search all of it once more for garbage.
    gc.freeze()
    if as_json:
        show(facts)
    else:
        from bot.plain import plain
        from bot.words import say

        for question in facts["questions"]:
            question["text"] = question_text(settings.locale, question)
        click.echo(plain(say(settings.locale, "message.import_summary", **facts, confirmed=yes)))
        for place in facts.get("corrected", []):
            click.echo(f"corrected: {place}")
        for left in facts.get("not_corrected", []):
            click.echo(f"not corrected: {left['number']} {left['what']}")


def question_text(locale: str, question: dict[str, Any]) -> str:
    """What is asked, where it stands, and for a deadline why it could not be read."""
    from bot.words import say

    if question["kind"] != "deadline":
        return say(locale, f"question.{question['note']}", **question)
    note = say(locale, f"deadline_note.{question['note']}", fragment=question["phrase"], choices=question["choices"])
    return f"{say(locale, 'question.deadline', **question)} {note}"


def refuse_large(file: Path) -> None:
    """Refusals: plan_too_large; before a byte of it is read."""
    size = file.stat().st_size
    if size > LARGEST:
        raise Refusal("plan_too_large", name=file.name, megabytes=size // 2**20, limit=LARGEST // 2**20)


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal; nothing anywhere else."""
    with click.progressbar(length=100, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def progress(done: int, of: int) -> None:
            bar.update(100 * done // max(of, 1) - bar.pos)

        yield progress


@main.command()
@click.argument("place", metavar="N[.M]")
@click.option("--field", required=True, metavar="problem|objective|text|deadline|title", help="What is put right.")
@click.option("--to", required=True, metavar="TEXT", help="How it should read.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept in the history and in the bulletin.")
@click.option("--basis", default="", metavar="DOC", help="The approving document; a published date needs it.")
@click.option("--json", "as_json", is_flag=True)
@verb
def correct(settings: Settings, place: str, field: str, to: str, reason: str, basis: str, as_json: bool) -> None:
    """Put the ledger's wording or a deadline right, as a recorded correction (更正)."""
    from bot.usecases import correction

    number, _, ordinal = place.partition(".")
    if not number.isdigit() or (ordinal and not ordinal.isdigit()):
        raise click.BadParameter("a task's number such as 12, or a measure's such as 12.2", param_hint="N[.M]")
    house = open_house(settings)
    with house.acting() as act:
        made = correction.correct(
            act, int(number), int(ordinal) if ordinal else None, field, to, reason, basis, registry=house.registry
        )
    if as_json:
        show(made)
    else:
        click.echo(f"{made['place']} {made['field']}: {made['before']} → {made['after']}")


@main.command()
@click.option("--unit", required=True, metavar="NAME")
@click.option("--role", required=True, metavar="ROLE", help="office, leader, head, liaison, verifier or viewer")
@click.option("--expires", default="7d", show_default=True, metavar="SPAN")
@click.option("--json", "as_json", is_flag=True)
@verb
def invite(settings: Settings, unit: str, role: str, expires: str, as_json: bool) -> None:
    """Make a single-use invitation code."""
    from bot.usecases.moments import span
    from bot.usecases.people import invite as make

    house = open_house(settings)
    with house.acting() as act:
        made = make(act, unit, role, expires=span(expires), machine_now=datetime.now(UTC), registry=house.registry)
    name = house.bot_name()
    link = f"https://t.me/{name}?start={made['code']}" if name else None
    until = made["expires_at"].astimezone(settings.zone).isoformat(timespec="seconds")
    if as_json:
        show({"code": made["code"], "link": link, "expires_at": until, "unit": made["unit"], "role": made["role"]})
    else:
        click.echo("\n".join([made["code"], *([link] if link else []), until]))


@main.command("read-deadline")
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


@main.command("read-units")
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


@main.command()
@click.option("--unit", metavar="NAME")
@click.option("--overdue", is_flag=True)
@click.option("--as-of", metavar="ISO")
@click.option("--json", "as_json", is_flag=True)
@verb
def tasks(settings: Settings, unit: str | None, overdue: bool, as_of: str | None, as_json: bool) -> None:
    """List tasks as they stand, or as they stood."""
    from bot.usecases.ledger_json import task_rows

    house = open_house(settings)
    with house.looking() as act:
        rows = task_rows(act, house.registry, unit=unit, only_overdue=overdue, as_of=house.moment(as_of))
    if as_json:
        show(rows)
    else:
        for row in rows:
            due = row["due"] or "-"
            click.echo(f"{row['number']:>4} {due:<10} {row['progress']:>3}% {row['title']}  {', '.join(row['flags'])}")


@main.command()
@click.argument("number", type=int)
@click.option("--as-of", metavar="ISO")
@click.option("--json", "as_json", is_flag=True)
@verb
def task(settings: Settings, number: int, as_of: str | None, as_json: bool) -> None:
    """Show one task with its measures, reports and open questions."""
    from bot.usecases.ledger_json import task_whole

    house = open_house(settings)
    with house.looking() as act:
        found = task_whole(act, number, as_of=house.moment(as_of))
    if as_json:
        show(found)
        return
    click.echo(f"{found['number']} {found['title']}  {found['progress']}%  {', '.join(found['flags'])}")
    for measure in found["measures"]:
        click.echo(f"  {measure['number']} {measure['due'] or '-'} {measure['progress']}% {measure['text']}")


as_of_option = click.option("--as-of", metavar="ISO", help="The moment it is about; default: now.")
scope_option = click.option("--scope", default="all", show_default=True, metavar="all|unit:NAME|plan:N")


@main.command()
@as_of_option
@scope_option
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "xlsx", "docx"]), default="text", show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Needed for xlsx and docx.")
@verb
def digest(settings: Settings, as_of: str | None, scope: str, form: str, as_json: bool, output: Path | None) -> None:
    """Print the digest of any moment; docx is the bulletin to print, xlsx the ledger behind it."""
    form = "json" if as_json else form
    if output is None and form in ("xlsx", "docx"):
        raise click.UsageError(f"--format {form} needs -o FILE.{form}")
    write_form(settings, form, as_of, scope, output)


def write_form(settings: Settings, form: str, as_of: str | None, scope: str, output: Path | None) -> None:
    from bot.forms import FORMS

    house = open_house(settings)
    with house.looking() as act:
        made = FORMS[form](act, house.moment(as_of) or act.now, scope, settings.locale)
    if output is None:
        click.echo(made)
    else:
        output.write_bytes(made if isinstance(made, bytes) else f"{made}\n".encode())


@main.command()
@click.argument("file", metavar="FILE.docx", type=click.Path(dir_okay=False, path_type=Path))
@as_of_option
@scope_option
@verb
def report(settings: Settings, file: Path, as_of: str | None, scope: str) -> None:
    """Write the bulletin of any moment as a Word document to print."""
    write_form(settings, "docx", as_of, scope, file)


@main.command()
@click.argument("file", metavar="FILE.xlsx", type=click.Path(dir_okay=False, path_type=Path))
@as_of_option
@scope_option
@verb
def export(settings: Settings, file: Path, as_of: str | None, scope: str) -> None:
    """Write the ledger of any moment as an Excel workbook, a row for each measure."""
    write_form(settings, "xlsx", as_of, scope, file)


@main.command()
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


@main.command()
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


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
@verb
def backup(settings: Settings, file: Path, as_json: bool) -> None:
    """Write ledger and evidence into one file, while the bot runs."""
    from bot import backup as backups

    with progress_bar("backup") as progress:
        found = backups.backup(open_house(settings), file, datetime.now(UTC), progress)
    say_backup(found, as_json)


@main.command()
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


if __name__ == "__main__":
    main()
