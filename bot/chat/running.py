"""Commands of the office that run the house: people, groups, urging, the bulletin."""

import re
from datetime import timedelta
from typing import Any

from bot.chat import urging
from bot.chat.reading import leading_number
from bot.chat.talk import Buttons, Talk
from bot.domain.people import Role
from bot.domain.refusal import Refusal
from bot.usecases import bulletin as bulletins
from bot.usecases import conversation, people
from bot.usecases.urge_silent import urge_silent as urge_all_silent

EXPIRES = timedelta(days=7)
PAGE = 8
ROLES = {
    "整改办": Role.OFFICE,
    "领导": Role.LEADER,
    "市领导": Role.LEADER,
    "负责人": Role.HEAD,
    "联络员": Role.LIAISON,
    "验收": Role.VERIFIER,
    "督导": Role.VERIFIER,
    "查阅": Role.VIEWER,
} | {str(role): role for role in Role}
SPACES = re.compile(r"\s+")


def invite(talk: Talk, rest: str) -> None:
    """`/invite UNIT ROLE`: the code and its link, to pass on to one person."""
    words = SPACES.split(rest.strip())
    role = ROLES.get(words[-1].lower()) if len(words) > 1 else None
    if role is None:
        raise Refusal("invite_form", understood=rest, roles="、".join(str(each) for each in Role))
    made = people.invite(
        talk.act,
        "".join(words[:-1]),
        role,
        expires=EXPIRES,
        machine_now=talk.machine_now,
        registry=talk.house.registry,
    )
    name = talk.house.bot_name
    facts = {
        "unit": made["unit"],
        "role": made["role"],
        "code": made["code"],
        "link": f"https://t.me/{name}?start={made['code']}" if name else "",
        "expires": talk.act.office.local(made["expires_at"]).isoformat(),
    }
    talk.say("invited", facts, privately=True)


def members(talk: Talk, rest: str) -> None:
    show_members(talk, 0)


def show_members(talk: Talk, page: int, *, edit: bool = False) -> None:
    rows = people.members(talk.act)
    facts = {
        "people": [
            {
                "name": row.name,
                "unit": talk.act.unit(row.unit_id),
                "role": row.role,
                "unreachable": row.unreachable_since is not None,
            }
            for row in rows
        ]
    }
    others = [row for row in rows if row.id != talk.act.person.id]
    shown = others[page * PAGE : (page + 1) * PAGE]
    buttons: Buttons = [[["dismiss", f"dismiss:{row.id}", {"name": row.name}]] for row in shown]
    turn: list[list[Any]] = [["previous", f"members:{page - 1}"]] if page else []
    turn += [["next", f"members:{page + 1}"]] if (page + 1) * PAGE < len(others) else []
    buttons += [turn] if turn else []
    talk.say("members", facts, buttons=buttons, privately=True, edit=edit)


def ask_dismiss(talk: Talk, member_id: int) -> None:
    """Removing somebody is confirmed first."""
    name = people.name_of(talk.act, member_id)
    sure: list[Any] = ["dismiss_sure", f"dismiss_sure:{member_id}", {"name": name}]
    talk.say("dismiss_ask", {"name": name}, buttons=[[sure], [["cancel", "cancel"]]])


def bind(talk: Talk, rest: str) -> None:
    if talk.private:
        raise Refusal("groups_only")
    title = talk.message.chat.title or ""
    group = people.bind_group(talk.act, talk.chat_id, talk.topic_id, title, rest.strip(), talk.house.registry)
    talk.say("bound", {"unit": talk.act.unit(group.unit_id), "title": title})


def urge(talk: Talk, rest: str) -> None:
    """催办 N text: on one task; 催报: all who have not reported."""
    found, about = leading_number(rest), talk.replied_about or {}
    if found is not None:
        urging.urge(talk, found[0], found[2])
        return
    if about.get("task"):
        urging.urge(talk, about["task"], rest.strip())
        return
    urge_silent(talk, rest.strip())


def urge_silent(talk: Talk, text: str = "", *, edit: bool = False) -> None:
    talk.say("urged", urge_all_silent(talk.act, text), edit=edit)


def issue(talk: Talk, rest: str) -> None:
    issue_bulletin(talk, None)


def issue_bulletin(talk: Talk, bulletin_id: int | None, *, edit: bool = False) -> None:
    row = bulletins.issue(talk.act, bulletin_id)
    if edit and _under_draft(talk):
        return
    talk.say("bulletin_issued", {"year": row.year, "issue": row.issue}, edit=edit)


def hold(talk: Talk, rest: str) -> None:
    hold_bulletin(talk, None)


def hold_bulletin(talk: Talk, bulletin_id: int | None, *, edit: bool = False) -> None:
    row = bulletins.hold(talk.act, bulletin_id)
    facts = {"year": row.year, "issue": row.issue}
    if edit and _under_draft(talk):
        return
    buttons = [[["issue", f"issue:{row.id}"], ["next_steps", f"next_steps:{row.id}"]]]
    talk.say("bulletin_held", facts, buttons=buttons, edit=edit)


def _under_draft(talk: Talk) -> bool:
    """The button stood under the draft itself, which by now shows what became of it, to everybody who has it."""
    return "bulletin" in (conversation.about(talk.act, talk.chat_id, talk.message.message_id) or {})
