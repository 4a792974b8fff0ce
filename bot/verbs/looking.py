"""The ledger and its digest, as they stand or stood, in every form."""

from pathlib import Path

import click

from bot.settings import Settings
from bot.verbs.verb import open_house, show, verb

as_of_option = click.option("--as-of", metavar="ISO", help="The moment it is about; default: now.")
scope_option = click.option("--scope", default="all", show_default=True, metavar="all|unit:NAME|plan:N")


@click.command()
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


@click.command()
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


@click.command()
@as_of_option
@scope_option
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "png", "xlsx", "docx"]), default="text", show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Needed for png, xlsx and docx.")
@verb
def digest(settings: Settings, as_of: str | None, scope: str, form: str, as_json: bool, output: Path | None) -> None:
    """Print the digest of any moment; png is one picture of it, docx the bulletin to print, xlsx the ledger."""
    form = "json" if as_json else form
    if output is None and form in ("png", "xlsx", "docx"):
        raise click.UsageError(f"--format {form} needs -o FILE.{form}")
    write_form(settings, form, as_of, scope, output)


def write_form(settings: Settings, form: str, as_of: str | None, scope: str, output: Path | None) -> None:
    from bot.forms import FORMS
    from bot.usecases.digest import by_todays_name

    house = open_house(settings)
    with house.looking() as act:
        wanted = by_todays_name(scope, house.registry)
        made = FORMS[form](act, house.moment(as_of) or act.now, wanted, settings.locale)
    if output is None:
        click.echo(made)
    else:
        output.write_bytes(made if isinstance(made, bytes) else f"{made}\n".encode())


@click.command()
@click.argument("file", metavar="FILE.docx", type=click.Path(dir_okay=False, path_type=Path))
@as_of_option
@scope_option
@verb
def report(settings: Settings, file: Path, as_of: str | None, scope: str) -> None:
    """Write the bulletin of any moment as a Word document to print."""
    write_form(settings, "docx", as_of, scope, file)


@click.command()
@click.argument("file", metavar="FILE.xlsx", type=click.Path(dir_okay=False, path_type=Path))
@as_of_option
@scope_option
@verb
def export(settings: Settings, file: Path, as_of: str | None, scope: str) -> None:
    """Write the ledger of any moment as an Excel workbook, a row for each measure."""
    write_form(settings, "xlsx", as_of, scope, file)


VERBS = (tasks, task, digest, report, export)
