"""What the office does at the command line: a plan, a correction, an invitation."""

import gc
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from bot.domain.refusal import Refusal
from bot.settings import Settings
from bot.verbs.verb import open_house, progress_bar, show, verb

LARGEST = 64 * 1024 * 1024


@click.command("import")
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


@click.command()
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


@click.command()
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


VERBS = (import_, correct, invite)
