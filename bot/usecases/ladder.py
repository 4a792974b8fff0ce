"""The ladder's round: once a working day it climbs by facts, and whoever is silent is passed on one level up."""

from sqlmodel import col

from bot.domain.people import Role
from bot.domain.post import Round
from bot.domain.urging import Climb, Sheet
from bot.store import carry
from bot.store.ledger import load_tasks
from bot.store.people import present
from bot.usecases import ladder_silence, sheets
from bot.usecases.act import Act
from bot.usecases.ladder_ends import Asked, climbs_of, end_if_over, note_looked, settle_by_hand, since_asked
from bot.usecases.ladder_missed import climb_missed, round_name, unsaid
from bot.usecases.ladder_steps import Reached, Tasks, cases_at, document, reach, take_up_again


def climb(act: Act) -> int:
    """Once a working day, at the hour of the bulletin's draft: causes ended, climbs taken up again, steps climbed,
    sheets issued or drafted, and whoever is silent passed on one level up. → messages queued.

    The round's name is its lock: it is done once, late or twice, on one node or several.
    """
    if not act.office.policy.ladder.step:
        return 0
    today = act.office.today(act.now)
    name = round_name(act)
    if act.now < act.office.at(today, act.office.policy.week.draft) or not act.office.calendar.is_working(today):
        return 0
    if act.session.get(Round, name) is not None:
        return 0
    # Before anybody of the office has joined there is nobody to sign out what is drafted.
    if not present(act.session, roles=[Role.OFFICE]):
        return 0
    # Another node did this round first: nothing to do.
    if not carry.add_once(act.session, Round(name=name, at=act.now), on=("name",)):
        return 0
    tasks = {task.id: task for task in load_tasks(act.session)}
    asked = since_asked(act, tasks.values())
    late = climb_missed(act, tasks, asked, climbs_of(act))
    rows = climbs_of(act)
    for row in rows:
        if row.ended_at is None:
            end_if_over(act, row, tasks[row.task_id], asked)
    settle_by_hand(act, tasks)
    rows = climbs_of(act)
    issued, resumed = _climb_all(act, tasks, asked, rows, late)
    said = sheets.publish(act, issued) + sheets.publish(act, resumed, again=today.isoformat())
    # What was drafted (拟) stands in the office's daily message until it is decided.
    sheets.add_notices(act)
    return (
        said
        + ladder_silence.chase(act)
        + ladder_silence.tell_silence(act)
        + ladder_silence.tell_unreached(act, tasks.values())
    )


def _climb_all(
    act: Act, tasks: Tasks, asked: Asked, rows: list[Climb], late: list[Reached]
) -> tuple[list[Sheet], list[Sheet]]:
    """Every case one step up, where its facts say so; what is not automatic is drafted only. → sheets issued, sheets
    that wait for a reply again. `late`: steps taken for days that were missed."""
    found = cases_at(act, tasks, asked, rows, act.now)
    resumed = [sheet for _, climbed in found for sheet in take_up_again(act, climbed)]
    fresh = reach(act, found, rows, act.now)
    to_say = [*fresh, *unsaid(act, late, found)]
    issued = [sheet for reached in to_say if (sheet := document(act, *reached)) is not None]
    note_looked(act, [row.id or 0 for row in climbs_of(act, col(Climb.ended_at).is_(None))])
    return issued, resumed
