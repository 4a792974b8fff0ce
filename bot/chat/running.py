"""Commands of the office that run the house: people, groups, urging, the bulletin."""

import re
from datetime import timedelta

from bot.chat.reading import leading_number
from bot.chat.reporting import say_remark
from bot.chat.talk import Talk
from bot.domain.people import Role
from bot.domain.refusal import Refusal
from bot.usecases import bulletin as bulletins
from bot.usecases import people

EXPIRES = timedelta(days=7)
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
    buttons = [[["dismiss", f"dismiss:{row.id}", {"name": row.name}]] for row in rows if row.id != talk.act.person.id][
        :20
    ]
    talk.say("members", facts, buttons=buttons, privately=True)


def bind(talk: Talk, rest: str) -> None:
    if talk.private:
        raise Refusal("groups_only")
    title = talk.message.chat.title or ""
    group = people.bind_group(talk.act, talk.chat_id, talk.topic_id, title, rest.strip(), talk.house.registry)
    talk.say("bound", {"unit": talk.act.unit(group.unit_id), "title": title})


def urge(talk: Talk, rest: str) -> None:
    """催办 N text: on one task; 催报: all who have not reported."""
    found = leading_number(rest)
    if found is not None:
        say_remark(talk, found[0], "urging", found[2])
        return
    urge_silent(talk, rest.strip())


def urge_silent(talk: Talk, text: str = "", *, edit: bool = False) -> None:
    told, units = bulletins.urge_silent(talk.act, text)
    talk.say("urged", {"told": told, "units": units}, edit=edit)


def issue(talk: Talk, rest: str) -> None:
    issue_bulletin(talk, None)


def issue_bulletin(talk: Talk, bulletin_id: int | None, *, edit: bool = False) -> None:
    row = bulletins.issue(talk.act, bulletin_id)
    talk.say("bulletin_issued", {"year": row.year, "issue": row.issue}, edit=edit)


def hold(talk: Talk, rest: str) -> None:
    hold_bulletin(talk, None)


def hold_bulletin(talk: Talk, bulletin_id: int | None, *, edit: bool = False) -> None:
    row = bulletins.hold(talk.act, bulletin_id)
    facts = {"year": row.year, "issue": row.issue}
    talk.say("bulletin_held", facts, buttons=[[["issue", f"issue:{row.id}"]]], edit=edit)
