"""What the words are given: for every message the facts its handler passes, in the shapes it passes them."""

from typing import Any

from word_facts_clock import (
    CLIMBS,
    CLOCK_MESSAGES,
    CLOCK_PRESSED,
    CLOCK_REFUSED,
    HELD_BACK,
    MISSED,
    NEXT_DATES,
)
from word_facts_figures import FIGURE_MESSAGES, FIGURE_PRESSED, FIGURE_REFUSED
from word_facts_import import IMPORT_MESSAGES, IMPORT_PRESSED
from word_facts_life import KINDS, LIFE_HISTORY, LIFE_MESSAGES, LIFE_PRESSED, LIFE_REFUSED

from bot.domain.people import Role

# A liaison's own words, with everything in them that HTML would trip over.
WRITTEN = '二标段清淤完成 1.8 公里，<余下> "管线" & 涵洞'


def line(number: int = 7, **other: Any) -> dict[str, Any]:
    """bot.usecases.facts.task_line"""
    facts = {"number": number, "title": "独流减河清淤", "due": "2022-06-15", "days_left": 2, "progress": 55}
    facts |= {"flag": "behind", "flags": ["behind", "due_soon", "unreported"], "state": "in_progress", "upkeep": False}
    facts |= {"group": "", "of_group": 0}
    return facts | {"units": ["市水务局", "静海区"], "parts": ["lead"]} | other


LATE = line(18, title="生活垃圾填埋场渗滤液处置", due="2022-06-03", days_left=-10, progress=80, flag="overdue")
VERY_LATE = line(26, title="非法取用海水", due="2021-11-30", days_left=-195, progress=40, flag="overdue")
SOON = line(12, title="入河排口整治", due="2022-06-17", days_left=4, progress=90, flag="due_soon")
FAR = line(31, title="再生水管网", due="2023-12-31", days_left=566, progress=20, flag="on_schedule")
KEPT = line(38, title="七里海湿地保护", due=None, days_left=None, progress=0, flag="on_schedule", upkeep=True)
OPEN = line(40, title="入海河流治理", due=None, days_left=None, progress=10, flag="on_schedule")
DONE = line(3, title="燃煤锅炉改燃", due="2022-05-31", days_left=-13, progress=100, flag="finished", state="finished")
STRUCK = DONE | {"number": 2, "flag": "struck_off", "state": "struck_off"}
TASKS = [LATE, VERY_LATE, line(), SOON, FAR, KEPT, OPEN, DONE, STRUCK]
HANDLED = [FAR | {"handlers": ["张某"]}, SOON | {"handlers": ["张某", "周某"]}, KEPT | {"handlers": []}]
PAGES = {"page": 1, "pages": 2, "count": 14}
PAGE = {"page": 1, "pages": 1, "count": 1}
NONE = PAGE | {"count": 0}
MOMENT = "2022-06-10T17:00:00+08:00"
TOTALS = {"tasks": 41, "finished": 25, "struck_off": 13, "in_progress": 14, "on_schedule": 9, "behind": 3}
TOTALS |= {"overdue": 2, "kept_up": 2}
NO_TOTALS = dict.fromkeys(TOTALS, 0)


def a_measure(ordinal: int = 1, **other: Any) -> dict[str, Any]:
    facts = {"number": f"12.{ordinal}", "text": "排口排查建档，逐一溯源，形成清单，并在全市范围内公开接受监督" * 2}
    facts |= {"kind": "date", "due": "2022-06-15", "ongoing": False, "progress": 90, "days_late": 0, "missed": []}
    return facts | {"workers": ["北辰区"], "said_at": MOMENT, "stages": [], "quantities": []} | other


CARD = {
    "cycle": 1,
    **line(12, title="入河排口整治", flag="due_soon", days_left=4, progress=90),
    "plan": "天津市贯彻落实第二轮中央生态环境保护督察报告整改方案",
    "source_number": "十二",
    "problem": "部分入河排污口底数不清、整治滞后。",
    "objective": "完成入河排污口整治。",
    "internal_due": "2022-06-15",
    "expected": 96,
    "units": {"lead": ["市水务局"], "responsible": ["北辰区", "武清区"], "cooperating": [], "supervising": []}
    | {"verifying": ["市生态环境局"]},
    "measures": [
        a_measure(1, progress=100),
        a_measure(2, days_late=3),
        a_measure(3, missed=["武清区"], workers=["武清区"]),
        a_measure(4, ongoing=True, due=None, said_at=None, text="巩固提升", workers=[]),
    ],
    "latest": {"at": MOMENT, "unit": "北辰区", "text": WRITTEN},
    "notes": [
        {"kind": kind, "text": WRITTEN, "by": "王某", "unit": "市整改办", "at": MOMENT}
        for kind in ("instruction", "difficulty", "opinion")
    ],
    "questions": 1,
    "evidence": 14,
}
PLAIN_CARD = CARD | {
    "cycle": 2,
    "sheets": [],
    "internal_due": None,
    "source_number": "",
    "objective": "",
    "latest": None,
    "notes": [],
    "questions": 0,
}
ENTRY = {
    "what": "report",
    "at": MOMENT,
    "measure": "12.1",
    "unit": "北辰区",
    "by": "李某",
    "percent": 60,
    "stated": True,
}
ENTRY |= {"text": WRITTEN, "unchanged": False, "on_behalf": False, "ended": ""}
HISTORY = [
    ENTRY,
    ENTRY | {"text": "", "ended": "corrected", "on_behalf": True},
    ENTRY | {"unchanged": True, "ended": "undone", "by": ""},
    ENTRY | {"stated": False},
    {"what": "note", "at": MOMENT, "kind": "instruction", "by": "张某", "text": WRITTEN, "answered": True},
    {"what": "move", "at": MOMENT, "state": "in_progress", "cycle": 1, "by": "李某", "text": "undone"},
    {"what": "move", "at": MOMENT, "state": "finished", "cycle": 1, "by": "李某", "text": WRITTEN},
    {"what": "move", "at": MOMENT, "state": "handed_over", "cycle": 2, "by": "王某", "text": "河道返黑"},
    {"what": "move", "at": MOMENT, "state": "noticed", "cycle": 1, "by": "李某", "text": "evidence"},
    {"what": "move", "at": MOMENT, "state": "registered", "cycle": 1, "by": "", "text": ""},
]
READ = {"phrase": "2022年底前完成70%，2023年底前全部完成", "base": "2022-06-13", "kind": "staged", "due": "2023-12-31"}
READ |= {"stages": ["2022-12-31", "2023-12-31"], "quantities": [70, None], "ongoing": True, "soft": True, "choices": []}
READ |= {"note": "soft"}
UNREAD = READ | {"due": None, "stages": [], "quantities": [], "ongoing": False, "soft": False, "note": ""}
FILE = {
    "n": 1,
    "old": False,
    "spot": False,
    "kind": "photo",
    "name": "",
    "unit": "北辰区",
    "at": MOMENT,
    "state": "pending",
    "sha256": "",
    "seen_on_task": None,
}
REPORTED = {
    **line(7, flag="behind", progress=62),
    "place": "7.1",
    "measures": 1,
    "measure_text": "清淤",
    "before": 55,
    "after": 62,
    "stated": True,
    "text": WRITTEN,
    "unchanged": False,
    "whole": False,
    "on_behalf": "",
    "expected": 99,
    "week": 24,
    "next_week": False,
    "all_done": False,
    "can_finish": False,
    "left": 11,
    "next": 12,
    "undo_until": MOMENT,
    "report_id": 5,
    "attached": 2,
    "can_extend": True,
}
CHOICES = [{"ordinal": n, "text": "排口整治", "percent": percent} for n, percent in ((1, None), (2, 60))]
GUIDE = {"number": 12, "title": "入河排口整治", "ordinal": 1, "place": "12.1", "text": "排口整治" * 30, "percent": 60}
GUIDE |= {"said": True, "gives_percent": True, "due": "2022-06-15", "measures": 3}
CLAIM = {"number": 12, "ordinal": None, "percent": 60, "text": WRITTEN, "unchanged": False, "difficulty": False}
REMARK = {
    "number": 12,
    "title": "入河排口整治",
    "kind": "instruction",
    "text": WRITTEN,
    "by": "张某",
    "unit": "市水务局",
    "yours": True,
}
DAY = {
    "today": "2022-06-13",
    "unit": "市水务局",
    "open": 12,
    "overdue": [LATE],
    "due": [line(), SOON],
    "behind": [line(5)],
    "coming": [FAR],
    "counts": {"overdue": 1, "due": 2, "behind": 4, "coming": 1},
    "folded": 3,
    "unsigned": [3, 14],
    "rest": [3, 5, 8],
    "to_report": [7, 12],
    "example": 7,
    "cut_off": "2022-06-17T17:00:00+08:00",
    "numbers": [7, 12],
    "buttons": [],
}
QUIET_DAY = DAY | {"overdue": [], "due": [], "behind": [], "coming": [], "folded": 0, "unsigned": [], "to_report": [3]}
OFFICE_DAY = QUIET_DAY | {
    "unit": "市整改办",
    "overdue": [LATE],
    "rest": [],
    "to_report": [],
    "example": None,
    "questions": 2,
}
RATES = {"completion": {"n": 25, "of": 41}, "on_time": {"n": 21, "of": 24}, "struck_off": {"n": 13, "of": 41}}
UNIT_LINE = {"unit": "市水务局", **TOTALS, "due": 8, "on_time": 7, "unreported": 1, "rank": 1, "rank_by_count": 2}
BULLETIN = {
    "as_of": MOMENT,
    "year": 2022,
    "issue": 23,
    "office": "市整改办",
    "totals": TOTALS,
    "rates": RATES,
    "units": [UNIT_LINE],
    "scope": "",
    "changes": {
        "finished": 2,
        "struck_off": 1,
        "on_schedule": -2,
        "behind": -1,
        "overdue": 1,
        "tasks": 0,
        "kept_up": 0,
    },
    "due_soon": [SOON],
    "due_in_30_days": [SOON, line()],
    "overdue": [VERY_LATE, LATE],
    "behind": [line() | {"expected": 99}, line(9) | {"expected": 70}],
    "unreported_units": [{"unit": "武清区", "tasks": [12, 14]}, {"unit": "市农业农村委", "tasks": [21]}],
    "instructions": [{"number": 7, "title": "清淤", "text": WRITTEN}, {"number": 9, "title": "清淤", "text": "请加快"}],
    "difficulties": [{"number": 12, "title": "排口", "text": "管线迁改未批"}],
    "outlook_days": 30,
    "fewest_due": 3,
    "next_steps": [{"kind": "timetable", **LATE}, {"kind": "catch_up", **line()}, {"kind": "finish", **SOON}],
    "silent": 3,
    "correction": 0,
}
EMPTY_BULLETIN = BULLETIN | {
    "totals": NO_TOTALS,
    "rates": {name: {"n": 0, "of": 0} for name in RATES},
    "changes": {},
    "scope": "武清区",
    "due_in_30_days": [],
    "overdue": [],
    "behind": [],
    "unreported_units": [],
    "next_steps": [],
    "correction": 1,
    "instructions": [],
    "difficulties": [],
}
LONG_BULLETIN = BULLETIN | {
    "overdue": [LATE] * 25,
    "behind": [line() | {"expected": 99, "units": ["市水务局", "静海区", "西青区", "市发展改革委"]}] * 16,
    "unreported_units": [{"unit": "市规划资源局", "tasks": [12, 14]}] * 22,
}
SELF = {"name": "李某", "unit": "市水务局", "role": "liaison", "invited_by": "市整改办 王某", "joined": MOMENT}
SELF |= {"daily_at": "09:00", "quiet_from": "22:00", "quiet_to": "08:00", "locale": "zh"}
JOINED = SELF | {
    "own": [12],
    "open": 12,
    "parts": {"lead": 5, "responsible": 6, "cooperating": 1},
    "unsigned": [3, 14],
    "due": 3,
}
NO_QUIET = {"quiet_from": "", "quiet_to": ""}
SUBSCRIBED = {"rhythm": "weekly", "day": 1, "at": "09:00", "scope": "市水务局", "next": MOMENT, "paused": False}
SUBSCRIBED |= {"unknown_years": []}
PERSON = {"name": "李某", "unit": "市水务局", "role": "liaison", "unreachable": True}
IMPORTED = {
    "plan": "天津市整改方案",
    "plans": ["天津市整改方案", "专项"],
    "issued": "2021-05-20",
    "tasks": 41,
    "measures": 112,
    "mended": [0, 0],
}
IMPORTED |= {
    "milestones": 130,
    "units": 25,
    "units_by_part": {"lead": 12, "responsible": 20, "verifying": 0},
    "added": 41,
}
IMPORTED |= {"changed": 2, "missing": 0, "changed_tasks": [3, 12], "missing_tasks": [], "confirmed": False}
QUESTION = {
    "where": "清单!F12",
    "kind": "deadline",
    "phrase": "2024年8月前",
    "choices": ["2024-07-31", "2024-08-31"],
    "note": "",
}
IMPORTED |= {
    "questions": [QUESTION | {"text": "时限需确认"}, QUESTION | {"phrase": "", "choices": [], "text": "没有序号"}]
}

FIGURES = {"progress": 62, "expected": 99, "days_left": 2, "due": "2022-06-15", "missed": 2}
SHEET = {
    "id": 5,
    "n": 19,
    "title": "入海河流治理",
    "series": "yellow",
    "colour": "yellow",
    "word": "",
    "serial": 3,
    "year": 2022,
    "unit": "市水务局",
    "cause": "behind",
    "figures": FIGURES,
    "text": "",
    "issued": MOMENT,
    "by": "王某",
    "reply_by": "2022-06-14",
    "reply_at": "17:00",
    "days_left": 1,
    "late": False,
    "state": "issued",
    "received": None,
    "answered": None,
    "answer": WRITTEN,
}
RED_SHEET = SHEET | {"series": "red", "colour": "red", "cause": "overdue", "figures": FIGURES | {"days_left": -3}}
RED_SHEET |= {"late": True, "received": MOMENT, "by": "", "days_left": -1}
BLUE_SHEETS = [
    SHEET | {"series": "blue", "colour": "blue", "cause": cause, "figures": FIGURES | {"missed": missed}, "by": ""}
    for cause, missed in (("due_soon", 0), ("unreported", 1), ("unreported", 3))
]
HAND_SHEETS = [SHEET | {"cause": "hand", "text": WRITTEN}, SHEET | {"cause": "hand", "word": "督查通知", "colour": ""}]
HAND_SHEETS += [SHEET | {"series": "urging", "colour": "", "cause": "urging", "figures": FIGURES | {"due": ""}}]
HAND_SHEETS += [RED_SHEET | {"series": series, "colour": ""} for series in ("notice", "summons", "accountability")]
SHEETS = [SHEET, RED_SHEET, *BLUE_SHEETS, *HAND_SHEETS]
DRAFT_SHEET = SHEET | {"serial": None, "issued": None, "reply_by": None, "days_left": None, "by": ""}
CARD |= {"sheets": [SHEET, RED_SHEET]}
DAY |= {"sheets": [SHEET, RED_SHEET]}
OFFICE_DAY |= {"urging": {"drafts": 2, "unanswered": 1, "unreached": 3}, "drafts": [DRAFT_SHEET, DRAFT_SHEET]}
BULLETIN |= {
    "sheets": {"issued": [SHEET, RED_SHEET], "late": [RED_SHEET]},
    "reason": WRITTEN,
    "own_steps": ["甲", "乙"],
}
EMPTY_BULLETIN |= {"sheets": {"issued": [], "late": []}}
LONG_BULLETIN |= {"sheets": {"issued": [], "late": [RED_SHEET] * 9}}
UNREACHED = {"unit_id": 4, "unit": "武清区", "why": "no_liaison", "who": [], "since": "", "tasks": [12, 23]}

# Extensions, handing over, receipts, answers, corrections, the trail (words/*/extension.toml, handover.toml).
EXTENSION = {"id": 5, "number": 12, "title": "入河排口整治", "place": "12.2", "measures": 3, "progress": 60}
EXTENSION |= {"before": "2022-06-17", "wanted": "2022-06-30", "granted": None, "official": True, "reason": WRITTEN}
EXTENSION |= {"late": False, "basis": "", "answer": "", "state": "asked", "unit": "北辰区", "by": "李某", "cap": 2}
EXTENSION |= {"agreed_by": "", "decided_by": "", "leader_by": "", "asked_at": MOMENT, "granted_before": 0}
AGREED = EXTENSION | {"state": "agreed", "agreed_by": "孙某", "measures": 1, "late": True, "granted_before": 1}
ESCALATED = AGREED | {
    "state": "escalated",
    "granted": "2022-07-15",
    "basis": "津整改办〔2022〕15号",
    "decided_by": "王某",
}
GRANTED = ESCALATED | {"state": "granted", "leader_by": "张某", "due": "2022-07-15", "original": "2022-06-17"}
INTERNAL = {"number": 12, "title": "入河排口整治", "place": "12.2", "measures": 3, "before": "2022-06-17", "told": 2}
INTERNAL |= {"day": "2022-06-15", "due": "2022-06-17", "reason": WRITTEN, "by": "市整改办"}
DATES = [{"place": "12.1", "due": "2022-06-17", "internal_due": "2022-06-15"}]
DATES += [{"place": "12.2", "due": "2022-06-17", "internal_due": None}]
HANDED = {"number": 12, "title": "入河排口整治", "giver": "北辰区", "taker": "静海区", "reason": WRITTEN, "by": "王某"}
HANDED |= {"office": "市整改办", "due": "2022-06-17", "progress": 60, "told": 2}
WITHIN = {"number": 12, "title": "入河排口整治", "name": "张某", "by": "李某", "reason": WRITTEN}
WITHIN |= {"due": "2022-06-17", "progress": 60}
AWAY = {"name": "李某", "unit": "市水务局", "deputy": "孙某", "until": "2022-06-20", "tasks": [7, 12]}
SETTLED = {"number": 12, "title": "入河排口整治", "difficulty": WRITTEN, "text": "已协调", "owner": "王某", "told": 1}
SETTLED |= {"office": "市整改办", "unit": "北辰区"}
CORRECTED = {"number": 12, "title": "入河排口整治", "place": "12.2", "field": "text", "before": "排口整治", "told": 1}
CORRECTED |= {"after": WRITTEN, "reason": "与印发稿核对", "basis": "津整改办〔2022〕15号"}
INSTRUCTION = {"number": 7, "title": "清淤", "text": WRITTEN, "at": MOMENT, "days": 3, "units": ["市水务局"]}
CHANGED = [
    {"name": "due", "label": "方案时限", "before": "2022-06-17", "after": "2022-06-30"},
    {"name": "basis", "label": "依据", "before": None, "after": WRITTEN},
    {"name": "text", "label": "内容", "before": "原文", "after": None},
]
AUDITED = {
    "id": 41,
    "at": MOMENT,
    "kind": "时限变动",
    "by": "王某",
    "facts": CHANGED,
    "cause": "110:7:ab",
    "hash": "ab12",
}
STEP = {"at": MOMENT, "by": "王某", "unit": "北辰区", "before": "2022-06-17", "day": "2022-06-30", "text": WRITTEN}
STEP |= {
    "basis": "津整改办〔2022〕15号",
    "late": True,
    "giver": "北辰区",
    "taker": "静海区",
    "place": "12.2",
    "field": "text",
}
STEP |= {"after": WRITTEN}
LIFE_STEPS = ("extension_asked", "extension_agreed", "extension_escalated", "extension_granted", "extension_refused")
HISTORY += [STEP | {"what": what} for what in (*LIFE_STEPS, "receipt", "passed_on", "correction")]
HISTORY += [
    STEP | {"what": "passed_within", "name": "张某"},
    STEP | {"what": "passed_within", "name": "张某", "text": ""},
]
for entry in HISTORY:
    if entry["what"] == "note":
        entry |= {"answer": WRITTEN, "owner": "王某"}
LATE_RECEIPTS = [
    {"unit": "武清区", "tasks": [12, 23], "nobody": False},
    {"unit": "北辰区", "tasks": [12], "nobody": True},
]
CARD |= {
    "extensions": [EXTENSION, AGREED, ESCALATED, GRANTED],
    "original_due": "2022-06-01",
    "internal_by": {"unit": "市整改办", "by": "王某", "at": MOMENT},
}
HANDLER = {"unit": "北辰区", "name": "张某", "by": "李某", "at": MOMENT}
CARD |= {"handlers": [HANDLER, HANDLER | {"unit": "武清区", "by": "张某"}]}
PLAIN_CARD |= {"handlers": [HANDLER]}
PLAIN_CARD |= {"extensions": [], "original_due": None, "internal_by": None}
DAY |= {"answers": [{"note": 3, "number": 7, "text": WRITTEN, "at": MOMENT}], "stands_in_for": ["李某", "周某"]}
OFFICE_DAY |= {"receipts": LATE_RECEIPTS}
WEEK_LINE = {"number": 12, "title": "排口", "unit": "北辰区", "before": "2022-06-17", "wanted": "2022-06-30"}
WEEK_LINE |= {"day": "2022-06-30", "basis": "津整改办〔2022〕15号", "late": True}
BULLETIN |= {
    "extensions": {"asked": [WEEK_LINE, WEEK_LINE], "granted": [WEEK_LINE], "refused": [WEEK_LINE]},
    "corrections": [
        {"number": 12, "title": "排口", "field": "text", "reason": WRITTEN, "basis": "津整改办〔2022〕15号"}
    ],
}
EMPTY_BULLETIN |= {"extensions": {}, "corrections": []}

MESSAGES: dict[str, list[dict[str, Any]]] = {
    "ask_extend": [
        {"number": 12, "title": "入河排口整治", "dates": DATES[:n], "measures": n, "office": office}
        for n, office in ((1, False), (2, True))
    ],
    "extend_which_day": [
        {"number": 12, "title": "入河排口整治", "understood": "7月前", "note": "before_or_end", "fragment": "7月前"}
    ],
    "extend_which_measure": [
        {
            "number": 12,
            "day": "2022-06-30",
            "reason": reason,
            "choices": [choice | {"due": MOMENT} for choice in CHOICES],
        }
        for reason in (WRITTEN, "")
    ],
    "extension_kept": [
        EXTENSION | {"told": 1, "papers": 2, "no_head": False},
        AGREED | {"told": 0, "papers": 0, "no_head": True},
        AGREED | {"told": 1, "papers": 0, "no_head": False},
    ],
    "extension_request": [EXTENSION, AGREED, ESCALATED, ESCALATED | {"basis": ""}],
    "extension_agreed": [AGREED | {"told": told} for told in (0, 2)],
    "extension_escalated": [ESCALATED | {"told": told} for told in (0, 1)],
    "extension_decided": [
        GRANTED,
        GRANTED | {"basis": "", "granted": "2022-06-30", "leader_by": "", "late": False},
        AGREED | {"state": "refused", "answer": WRITTEN, "decided_by": "王某", "due": MOMENT, "original": MOMENT},
    ],
    "ask_basis": [{"number": 12, "title": "入河排口整治", "due": "2022-06-17", "day": "2022-06-30"}],
    "ask_other_date": [AGREED],
    "internal_kept": [INTERNAL, INTERNAL | {"measures": 1, "told": 0}],
    "internal_set": [INTERNAL, INTERNAL | {"measures": 1}],
    "passed_on": [HANDED, HANDED | {"told": 0}],
    "passed_away": [HANDED],
    "passed_within": [
        WITHIN | {"own": own, "whose": whose, "reason": reason}
        for own, whose, reason in (
            (False, "taker", WRITTEN),
            (False, "both", ""),
            (False, "passer", WRITTEN),
            (True, "taker", ""),
        )
    ],
    "yours_to_handle": [WITHIN, WITHIN | {"due": None, "reason": ""}],
    "handler_changed": [WITHIN, WITHIN | {"reason": ""}],
    "passed_to_you": [HANDED, HANDED | {"due": None}],
    "away_kept": [AWAY, AWAY | {"tasks": []}],
    "away_stands": [AWAY],
    "ask_deputy": [AWAY],
    "back": [AWAY],
    "stand_in": [AWAY | {"waiting": 3}, AWAY | {"waiting": 0, "tasks": []}],
    "stand_in_over": [AWAY],
    "taken_over": [
        {"names": ["李某"], "unit": "市水务局", "tasks": [7], "unsigned": [7, 12]},
        {"names": ["李某", "周某"], "unit": "市水务局", "tasks": [], "unsigned": []},
    ],
    "instructions": [{"rows": [INSTRUCTION, INSTRUCTION | {"days": 0}]}, {"rows": []}],
    "difficulty_settled": [SETTLED, SETTLED | {"told": 0}],
    "difficulty_answered": [SETTLED],
    "ledger_corrected": [CORRECTED, CORRECTED | {"place": "12", "basis": "", "field": "deadline"}],
    "audit": [
        {"number": 12, "title": "入河排口整治", **PAGES, "entries": [AUDITED, AUDITED | {"by": "", "facts": []}]},
        {"number": 12, "title": "入河排口整治", **PAGE, "entries": [AUDITED | {"by": "", "cause": "command line"}]},
    ],
    "my": [
        {"which": which, "unit": unit, "open": 12, "to_report": [7, 12], "tasks": TASKS, **PAGES}
        for which, unit in (("open", "市水务局"), ("overdue", ""), ("due", ""), ("all", "市水务局"))
    ]
    + [{"which": "open", "unit": "市水务局", "open": 3, "to_report": [], "tasks": HANDLED, **PAGE}]
    + [{"which": "open", "unit": "", "open": 0, "to_report": [], "tasks": [], **NONE}],
    "due": [
        {"days": 30, "until": "2022-07-13", "tasks": [SOON], **PAGES},
        {"days": 1, "until": "2022-06-14", "tasks": [SOON], **PAGE},
        {"days": 0, "until": "2022-06-13", "tasks": [], **NONE},
    ],
    "overdue": [
        {"tasks": [VERY_LATE, LATE], **PAGES},
        {"tasks": [VERY_LATE | {"group": "武清区", "of_group": 1}, LATE | {"of_group": 3}], **PAGES},
        {"tasks": [], **NONE},
    ],
    "search": [{"words": "排口 <北辰>", "tasks": [SOON], "count": 24}, {"words": "无", "tasks": [], "count": 0}],
    "card": [
        CARD,
        PLAIN_CARD | {"units": {part: [] for part in CARD["units"]}, "measures": [a_measure()]},
        PLAIN_CARD | {"upkeep": True, "flag": "on_schedule", "due": None, "days_left": None, "expected": None},
        PLAIN_CARD | {"flag": "finished", "state": "verifying"},
        PLAIN_CARD | {"flag": "overdue", "days_left": -1},
        PLAIN_CARD | {"days_left": 0},
    ],
    "history": [
        {"number": 12, "title": "入河排口整治", "entries": entries, **PAGES} for entries in (HISTORY, LIFE_HISTORY, [])
    ],
    "who": [
        {"week": 24, "cut_off": MOMENT, "units": units, "receipts": receipts}
        for units, receipts in (([{"unit": "武清区", "tasks": [12, 14]}], LATE_RECEIPTS), ([], []))
    ],
    "when": [
        READ,
        READ
        | {"kind": "date", "stages": [], "quantities": [], "ongoing": False, "soft": False, "note": "year_assumed"},
        UNREAD | {"kind": "ask", "choices": ["2024-07-31", "2024-08-31"], "note": "before_or_end", "fragment": "8月前"},
        UNREAD | {"kind": "ask", "note": "missing"},
        UNREAD | {"kind": "immediate", "phrase": "立行立改", "note": "immediate"},
        UNREAD | {"kind": "ongoing", "phrase": "持续推进", "ongoing": True, "note": "upkeep"},
        UNREAD | {"kind": "recurring", "phrase": "每月5日前", "note": "rhythm"},
    ],
    "evidence": [
        {
            "number": 12,
            "items": [FILE, FILE | {"kind": "document", "name": "验收单.pdf", "state": "fetched", "old": True}],
            "count": 2,
            "may_attach": True,
        },
        {
            "number": 12,
            "items": [FILE | {"state": "failed", "sha256": "0a1b2c3d4e5f", "seen_on_task": 3, "spot": True}],
            "count": 1,
            "may_attach": False,
        },
        {"number": 12, "items": [], "count": 0, "may_attach": True},
    ],
    "reported": [
        REPORTED,
        REPORTED | {"measures": 3, "place": "7.2", "on_behalf": "武清区", "whole": True, "left": 0, "text": ""},
        REPORTED | {"unchanged": True, "stated": False, "text": "", "after": 55, "can_extend": False},
        REPORTED | {"unchanged": True, "stated": False, "text": "", "after": None, "measures": 3},
        REPORTED | {"stated": False, "before": None, "after": None, "flag": "on_schedule"},
        REPORTED | {"before": 70, "flag": "overdue", "days_left": -3, "next_week": True, "left": 1},
        REPORTED
        | {"all_done": True, "can_finish": True, "before": None, "after": 100, "flag": "on_schedule", "left": 0},
    ],
    "corrected": [REPORTED, REPORTED | {"before": None, "text": "", "measures": 3}, REPORTED | {"stated": False}],
    "which_measure": [
        {"number": 12, "percent": 60, "text": WRITTEN, "choices": CHOICES},
        {"number": 12, "percent": None, "text": "清淤", "choices": CHOICES},
        {"number": 12, "percent": 60, "text": "", "choices": CHOICES},
        {"number": 12, "percent": None, "text": "", "choices": CHOICES},
    ],
    "guide_measure": [{"number": 12, "title": "入河排口整治", "choices": CHOICES}],
    "guide": [
        GUIDE,
        GUIDE | {"measures": 1, "due": None},
        GUIDE | {"percent": None},
        GUIDE | {"percent": None, "due": None},
    ],
    "rest_offer": [
        {"tasks": [KEPT, SOON], "needs_words": [7], "claimed": 8},
        {"tasks": [SOON], "needs_words": [], "claimed": None},
    ],
    "rest_done": [{"tasks": [3, 12]}, {"tasks": [3]}],
    "offer": [
        {"claims": [CLAIM, CLAIM | {"ordinal": 2, "percent": None}, CLAIM | {"unchanged": True, "percent": None}]},
        {"claims": [CLAIM]},
        {"claims": [CLAIM | {"text": ""}]},
        {"claims": [CLAIM | {"text": "困难：资金未到位", "percent": None, "difficulty": True}]},
    ],
    "offer_taken": [{"tasks": [3, 12]}],
    "which_task": [{"understood": WRITTEN, "files": 0}, {"understood": "", "files": 2}],
    "edited_late": [{}],
    "language": [{}],
    "which_done": [{"number": 12, "progress": p, "unready": p < 100} for p in (60, 100)],
    "ask_difficulty": [{"number": 12, "title": "入河排口整治"}],
    "finished": [
        DONE | {"text": WRITTEN, "files": 2, "bare": []},
        DONE | {"text": "", "files": 1, "bare": ["3.1", "3.2"]},
        DONE | {"text": "", "files": 0, "bare": ["3.1"]},
    ],
    "undone": [
        {"what": "report", "tasks": [7], "text": WRITTEN, "percent": 60},
        {"what": "report", "tasks": [7, 12], "text": "", "percent": None},
        {"what": "finish", "tasks": [7], "text": "", "percent": None},
    ],
    "signed": [{"tasks": [3], "before": [7, 12]}, {"tasks": [], "before": [7]}, {"tasks": [3, 4], "before": []}],
    "receipt": [{"signed": [3, 14], "own": [7]}, {"signed": [], "own": []}],
    "evidence_kept": [
        {"number": 12, "title": "入河排口整治", "added": 3, "count": 17, "seen": 1, "spot": False, "more": False},
        {"number": 12, "title": "入河排口整治", "added": 1, "count": 1, "seen": 0, "spot": True, "more": False},
        {"number": 12, "title": "入河排口整治", "added": 1, "count": 1, "seen": 0, "spot": False, "more": True},
    ],
    "remark_kept": [
        REMARK | {"told": 1},
        REMARK | {"kind": "difficulty", "told": 0},
        REMARK | {"kind": "urging", "told": 3},
    ],
    "remark": [REMARK | {"kind": kind} for kind in ("instruction", "opinion", "urging", "difficulty")],
    "instruction_answered": [REMARK | {"instruction": "请加快进度"}],
    "hint": [{"own": [7], "role": "liaison"}, {"own": [], "role": "office"}],
    "daily": [
        DAY,
        *(DAY | {"missed": missed} for missed in MISSED),
        DAY | {"held": HELD_BACK},
        DAY | {"rest": [], "questions": 0},
        QUIET_DAY,
        OFFICE_DAY,
    ],
    "bulletin": [BULLETIN, EMPTY_BULLETIN, LONG_BULLETIN, BULLETIN | {"missed_issues": [21, 22]}],
    "bulletin_draft": [BULLETIN | {"issue_at": MOMENT}, EMPTY_BULLETIN | {"issue_at": MOMENT}],
    "confirm_correction": [BULLETIN | {"id": 3, "correction": 2, "reason": WRITTEN, "own_steps": []}],
    "bulletin_issued": [{"year": 2022, "issue": 23}],
    "bulletin_held": [{"year": 2022, "issue": 23}],
    "rank": [
        BULLETIN
        | {"units": [UNIT_LINE, UNIT_LINE | {"unit": "武清区", "tasks": 2, "finished": 0, "due": 0, "rank": None}]}
    ],
    "urge": [{"unit": "武清区", "tasks": [12, 14], "text": text, "by": "市整改办"} for text in ("请今天报送", "")],
    "urged": [
        {"told": 3, "units": ["武清区", "蓟州区"], "again": [], "resting": [], "nobody": []},
        {"told": 0, "units": [], "again": ["武清区"], "resting": ["市水务局"], "nobody": ["蓟州区"]},
        {"told": 1, "units": ["武清区"], "again": [], "resting": [], "nobody": ["蓟州区"]},
    ],
    "sheet": [{"sheet": sheet} for sheet in SHEETS],
    "sheets": [{"sheets": BLUE_SHEETS}],
    "sheet_copy": [{"sheets": [RED_SHEET]}, {"sheets": SHEETS}],
    "drafts": [{"sheets": [DRAFT_SHEET], "count": 1}, {"sheets": [DRAFT_SHEET] * 12, "count": 15}],
    "sheet_draft": [{"sheet": DRAFT_SHEET}, {"sheet": DRAFT_SHEET | {"text": WRITTEN}}],
    "sheets_out": [{"sheets": [SHEET], "told": 2}, {"sheets": SHEETS, "told": 0}],
    "sheet_dropped": [{"sheet": DRAFT_SHEET}],
    "sheets_received": [{"sheets": [SHEET]}, {"sheets": SHEETS}],
    "ask_answer": [{"sheet": sheet} for sheet in SHEETS],
    "ask_words": [{"sheet": DRAFT_SHEET}],
    "sheet_closed": [{"sheet": sheet} for sheet in SHEETS],
    "sheet_answered": [{"sheet": SHEET, "name": "李某"}],
    "unanswered": [{"sheets": [RED_SHEET, SHEET]}],
    "silence": [
        {
            "rows": [
                {"number": 7, "title": "清淤", "kind": kind, "since": "2022-06-06", "who": ["市生态环境局 李某"]}
                for kind in (*KINDS, "extension", "extension_agree", "extension_sign", "draft")
            ]
        }
    ],
    "unreached": [
        {"units": [UNREACHED, UNREACHED | {"why": "blocked", "who": ["李某"], "since": MOMENT}]},
        {"units": [UNREACHED | {"why": "left_group", "who": ["整改工作群"], "since": MOMENT}]},
    ],
    "bulletin_corrected": [{"year": 2022, "issue": 23, "correction": 1, "reason": WRITTEN}],
    "ask_next_steps": [
        {"year": 2022, "issue": 23, "next_steps": steps, "own_steps": own}
        for steps, own in ((BULLETIN["next_steps"], []), ([], []), ([], ["市水务局 6月20日前完成", "武清区 报送"]))
    ],
    "next_steps_kept": [{"year": 2022, "issue": 23, "own_steps": ["市水务局 6月20日前完成"], "state": "draft"}],
    "stranger": [{}],
    "joined": [
        JOINED,
        JOINED | NO_QUIET | {"invited_by": "", "parts": {}, "open": 1, "role": "head"},
        *(JOINED | {"role": role} for role in ("office", "leader", "verifier", "viewer")),
    ],
    "whoami": [SELF | {"user_id": 5102334}, SELF | NO_QUIET | {"user_id": 5102334}],
    "locale_set": [{"locale": "zh"}],
    "quiet_set": [
        SELF | {"heard_at": "09:00", "red": []},
        SELF | {"daily_at": "23:00", "heard_at": "08:00", "red": [7, 18]},
        SELF | NO_QUIET | {"heard_at": "09:00", "red": [7]},
    ],
    "subscribed": [
        SUBSCRIBED,
        SUBSCRIBED | {"rhythm": "monthly", "day": 15, "scope": ""},
        SUBSCRIBED | {"rhythm": "daily", "day": None, "unknown_years": [2029]},
    ],
    "subscriptions": [
        {
            "rows": [
                SUBSCRIBED | {"paused": True},
                SUBSCRIBED | {"rhythm": "daily", "scope": ""},
                SUBSCRIBED | {"rhythm": "monthly"},
            ]
        },
        {"rows": []},
    ],
    "unsubscribed": [{"count": 1}, {"count": 0}],
    "nothing_pending": [{}],
    "cancelled": [{}],
    "invited": [
        {"unit": "市水务局", "role": "liaison", "code": "K7QF2M9XTRWB", "link": link, "expires": MOMENT}
        for link in ("https://t.me/duban_bot?start=K7QF2M9XTRWB", "")
    ],
    "members": [{"people": [PERSON, PERSON | {"unreachable": False, "role": "office"}]}],
    "dismissed": [{"name": "李某"}],
    "import_summary": [
        IMPORTED,
        IMPORTED | {"confirmed": True, "changed_tasks": [], "questions": [], "mended": [3, 40]},
    ],
    "questions": [{"count": 3}, {"count": 1}],
    "bound": [{"unit": "武清区", "title": "工作群"}, {"unit": "", "title": "工作群"}],
    "help": [{"commands": ["my", "update"], "own": [7, 12], "role": str(role)} for role in Role],
    "parked_apology": [{"reference": 812}],
    "parked_notice": [{"reference": 812, "name": name, "error": "IntegrityError"} for name in ("李某", "")],
    "unreachable": [{"name": "李某 市水务局"}],
    "group_lost": [{"title": "武清区整改工作群"}],
    "evidence_too_big": [{"number": 12, "name": "航拍.mp4"}, {"number": 12, "name": ""}],
    "evidence_lost": [{"number": 12, "name": "航拍.mp4"}],
}
REFUSED: dict[str, Any] = {
    "alike": [{"number": 7, "title": "独流减河清淤"}],
    "bare": ["12.1", "12.2"],
    "own": [7, 12],
    "understood": WRITTEN,
    "command": "update",
    "percent": 60,
    "task": 12,
    "measure": 4,
    "count": 3,
    "text": WRITTEN,
    "minutes": 10,
    "needs_words": [7, 12],
    "state": "finished",
    "units": ["市水务局"],
    "role": "liaison",
    "measures": [{"place": "12.1", "percent": 60}, {"place": "12.2", "percent": 0}],
    "choices": CHOICES,
    "unit": "水务",
    "name": "方案.xlsx",
    "megabytes": 31.5,
    "limit": 20,
    "where": "清单!F12",
    "near": ["市水务局"],
    "roles": "office, head",
    "scope": "x",
    "value": 3,
    "expected": "mon, tue",
    "year": 1899,
    "known": ["元旦"],
    "day": "2027-01-03",
    "why": "第3行",
    "entry": "市水务局",
    "problem": "stands_twice",
    "members": 9,
    "member": "",
    "rows": 9000,
    "found": "PDF",
    "mark": "秘密",
    "instead": "xlsx",
    "chars": 40000,
    "event": 7,
    "kind": "report",
    "at": MOMENT,
    "issue": 23,
}

REMINDED = {"kind": "deadline", "at": MOMENT, "offset": -1, "day": "2022-06-15", "measure": 1}
WHY = line() | {"expected": 99, "tolerance": 10, "said": [REMINDED, REMINDED | {"offset": 0}, REMINDED | {"offset": 3}]}
WHY |= {"others": ["赵某"], "next": NEXT_DATES, "climbs": CLIMBS, "unknown_years": [2028, 2029], "daily_at": "09:00"}
WHY |= {"silent": True, "cut_off": "2022-06-17T17:00:00+08:00"}
QUIET_WHY = WHY | SOON | {"climbs": [], "unknown_years": []}
MESSAGES |= {
    "why": [WHY, LATE | WHY | {"flag": "overdue", "days_left": -3, "said": [], "others": [], "next": []}, QUIET_WHY],
    "why_which": [{}],
    "snoozed": [{"number": 7, "title": "清淤", "until": "2022-06-14", "left": n} for n in (1, 0)],
    "muted": [{"until": MOMENT, "silenced": 4, "red": [18]}, {"until": None, "silenced": 0, "red": []}],
    "dismiss_ask": [{"name": "李某"}],
    "clock_was_away": [{"since": MOMENT, "until": MOMENT}],
    "round_failed": [{"error": "OperationalError", "at": MOMENT}],
}
REFUSED |= {"longest": 3, "times": 2, "version": "0012"}
MESSAGES |= LIFE_MESSAGES | FIGURE_MESSAGES
REFUSED |= LIFE_REFUSED | FIGURE_REFUSED


HARDLY_ANY = {"own": [], "understood": "", "needs_words": [], "near": [], "state": "struck_off", "count": 1}
PRESSED: dict[str, Any] = {"n": 7, "count": 3, "until": MOMENT, "place": "12.2", "text": "排口整治" * 9, "percent": 60}
PRESSED |= {"colour": "yellow", "unit": "武清区"}
PRESSED |= {"do": "sign_off"}
PRESSED |= {"name": "李某", "rhythm": "weekly", "more": False}
REFUSED |= {"due": "2022-06-17", "days": ["2022-06-30", "2022-07-31"], "names": ["孙某", "周某"], "by": "王某"}
REFUSED |= {"field": "colour", "fields": "title, problem"}
PRESSED |= {"day": "2022-06-30", "due": "2022-06-17"}
PRESSED |= FIGURE_PRESSED | LIFE_PRESSED
MESSAGES |= CLOCK_MESSAGES
REFUSED |= CLOCK_REFUSED
PRESSED |= CLOCK_PRESSED
MESSAGES |= IMPORT_MESSAGES
PRESSED |= IMPORT_PRESSED
