"""The words: both locales hold the same keys and facts, everything the code says has its words, every message renders."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from jinja2 import Environment, meta

import bot
from bot.delivery.long_text import TEXT_LIMIT, length
from bot.domain.deadlines.reading import Note
from bot.domain.ledger import Part, State
from bot.domain.people import Role
from bot.sandbox.formatting import read_text
from bot.words import LOCALES, buttons, catalogue
from bot.words.filters import DOTS, filters_for

# What is said by whom: function name → position of the word's key among its arguments.
SAYING = {"say_list": 1, "tell": 1, "member_message": 1, "tell_office": 2}
# Every answer to a person knows these; the command line gives them empty.
ALWAYS = {"own", "understood", "command"}
GUARDED = re.compile(r"(\w+) is defined")
EMOJI = re.compile("[\u2600-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff]")
TAG = re.compile(r"<(/?)(\w+)([^<>]*)>")


# The code, read as syntax.


@cache
def modules() -> dict[str, ast.Module]:
    root = Path(bot.__file__).parent
    files = [file for file in sorted(root.rglob("*.py")) if "sandbox" not in file.parts]
    return {str(file.relative_to(root)): ast.parse(file.read_text(encoding="utf-8")) for file in files}


def calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a function or method of this name, with where it stands."""
    for file, module in modules().items():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == name:
                yield f"{file}:{node.lineno}", node


def pattern(node: ast.expr | None) -> str | None:
    """A literal, or an f-string as a regular expression; None for anything that is known only when it runs."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = [re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+" for part in node.values]
        return "".join(parts)
    return None


def argument(call: ast.Call, position: int, keyword: str = "") -> ast.expr | None:
    named = next((each.value for each in call.keywords if each.arg == keyword), None)
    return named or (call.args[position] if len(call.args) > position else None)


def literals(node: ast.AST) -> list[str]:
    return [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def reasons(call: ast.Call, module: ast.Module) -> list[str]:
    """The reasons a Refusal may be raised with; of a variable, what it is set to or what its function is called with."""
    first = call.args[0]
    if isinstance(first, ast.Constant):
        return [str(first.value)]
    if not isinstance(first, ast.Name):
        return []
    around = [f for f in ast.walk(module) if isinstance(f, ast.FunctionDef) and call in ast.walk(f)][-1]
    set_to = [n.value for n in ast.walk(around) if isinstance(n, ast.Assign) and _sets(n, first.id)]
    values = [branch for value in set_to for branch in _branches(value)]
    names = [each.arg for each in around.args.args]
    if first.id in names:
        at = names.index(first.id)
        values += [c.args[at] for c in ast.walk(module) if _calls(c, around.name) and len(c.args) > at]  # type: ignore[attr-defined]
    return [str(value.value) for value in values if isinstance(value, ast.Constant)]


def _sets(node: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)


def _branches(value: ast.expr) -> list[ast.expr]:
    return [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]


def _calls(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def refusals() -> list[tuple[str, str, set[str] | None]]:
    """(where, reason, the facts it is raised with; None when they are known only when it runs)."""
    found = []
    for where, call in calls("Refusal"):
        facts = {each.arg or "" for each in call.keywords}
        for reason in reasons(call, modules()[where.partition(":")[0]]):
            found.append((where, reason, None if "" in facts else facts))
    return found


def said() -> Iterator[tuple[str, str]]:
    """(where, pattern of the key) for every message the code says."""
    for name, position in SAYING.items():
        for where, call in calls(name):
            if kind := pattern(argument(call, position)):
                yield where, kind
    for name in ("say", "toast"):
        for where, call in calls(name):
            ours = isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)
            if ours and where.startswith("chat") and (kind := pattern(argument(call, 0, "kind"))):
                yield where, kind
    for where, call in calls("Outbox"):
        if kind := pattern(argument(call, 99, "kind")):
            yield where, kind


def button_lists() -> Iterator[tuple[str, str, set[str] | None]]:
    """(where, pattern of the word, its facts) for every ["word", "verb:…", {facts}] in the code."""
    verbs = _verbs()
    for file, module in modules().items():
        if not file.startswith(("chat", "usecases")):
            continue
        for node in ast.walk(module):
            if isinstance(node, ast.List) and (found := _button(node, verbs)):
                yield f"{file}:{node.lineno}", *found


def _verbs() -> set[str]:
    table = next(n for n in ast.walk(modules()["chat/presses.py"]) if isinstance(n, ast.AnnAssign) and _is_verbs(n))
    assert isinstance(table.value, ast.Dict)
    return {key.value for key in table.value.keys if isinstance(key, ast.Constant)}


def _is_verbs(node: ast.AnnAssign) -> bool:
    return isinstance(node.target, ast.Name) and node.target.id == "VERBS"


def _button(node: ast.List, verbs: set[str]) -> tuple[str, set[str] | None] | None:
    if len(node.elts) not in (2, 3) or (word := pattern(node.elts[0])) is None:
        return None
    data = node.elts[1]
    start = data.values[0] if isinstance(data, ast.JoinedStr) else data
    if isinstance(start, ast.Constant) and str(start.value).partition(":")[0] not in verbs:
        return None
    if len(node.elts) == 2:
        return word, set()
    facts = node.elts[2]
    if not isinstance(facts, ast.Dict):
        return None
    keys = {key.value for key in facts.keys if isinstance(key, ast.Constant)}
    return word, None if None in facts.keys else keys


# The words, read as templates.


@cache
def facts_of(locale: str, key: str) -> frozenset[str]:
    """The facts a word speaks of."""
    environment = Environment(extensions=[])
    environment.filters |= dict.fromkeys([*filters_for(locale), "word", "label"], str)
    sources = catalogue(locale).sources
    macros = sources["macro.lines"] if key.startswith("message.") else ""
    return frozenset(meta.find_undeclared_variables(environment.parse(macros + sources[key])))


def keys(table: str) -> list[str]:
    return [key.partition(".")[2] for key in catalogue("zh").sources if key.startswith(f"{table}.")]


def both_hold(key: str) -> bool:
    return all(any(re.fullmatch(key, each) for each in catalogue(locale).sources) for locale in LOCALES)


def key_of(kind: str) -> str:
    return kind if "." in kind else f"message.{kind}"


# Laws.


def test_both_locales_hold_the_same_keys() -> None:
    chinese, english = (set(catalogue(locale).sources) for locale in ("zh", "en"))
    assert chinese - english == set()
    assert english - chinese == set()


def test_a_word_speaks_of_the_same_facts_in_both_locales() -> None:
    differ = {
        key: facts_of("zh", key) ^ facts_of("en", key)
        for key in catalogue("zh").sources
        if facts_of("zh", key) != facts_of("en", key)
    }
    assert differ == {}


def test_every_refusal_has_its_words_and_gives_them_their_facts() -> None:
    found = refusals()
    assert len(found) > 80
    wordless = [(where, reason) for where, reason, _ in found if not both_hold(f"refusal\\.{reason}")]
    assert wordless == []
    factless = {}
    for where, reason, given in found:
        source = catalogue("zh").sources[f"refusal.{reason}"]
        wanted = facts_of("zh", f"refusal.{reason}") - set(GUARDED.findall(source)) - ALWAYS
        if given is not None and wanted - given:
            factless[where] = (reason, wanted - given)
    assert factless == {}


def test_everything_the_code_says_has_its_words() -> None:
    found = [(where, kind) for where, kind in said() if kind]
    assert len(found) > 50
    assert [(where, kind) for where, kind in found if not both_hold(_key_pattern(kind))] == []


def _key_pattern(kind: str) -> str:
    return kind if "\\." in kind else f"message\\.{kind}"


def test_every_button_has_its_words_and_gives_them_their_facts() -> None:
    found = list(button_lists())
    assert len(found) > 30
    assert [(where, word) for where, word, _ in found if not both_hold(f"button\\.{word}")] == []
    factless = {
        (where, key): facts_of("zh", f"button.{key}") - given
        for where, word, given in found
        for key in keys("button")
        if given is not None and re.fullmatch(word, key) and facts_of("zh", f"button.{key}") - given
    }
    assert factless == {}


def test_every_command_has_its_line_and_its_help() -> None:
    names = _menu()
    assert sorted(keys("command")) == sorted(names)
    assert sorted(keys("help")) == sorted(names)
    for locale in LOCALES:
        for name in names:
            # Telegram: at most 256 characters in the menu.
            assert 0 < len(catalogue(locale).say(f"command.{name}", {})) <= 60
            assert sound(catalogue(locale).say(f"help.{name}", {"own": [7, 12]}))


def _menu() -> list[str]:
    found = [c for where, c in calls("Command") if where.startswith("chat/commands.py")]
    hidden = [c for c in found if isinstance(menu := argument(c, 4, "menu"), ast.Constant) and not menu.value]
    return [literals(c.args[0])[0] for c in found if c not in hidden]


def test_every_term_of_the_ledger_has_its_words() -> None:
    terms = {"state": list(State), "part": list(Part), "role": list(Role), "flag": [*DOTS, "finished", "struck_off"]}
    terms |= {"deadline_note": [note for note in get_args(Note) if note]}
    assert [f"{t}.{name}" for t, names in terms.items() for name in names if not both_hold(f"{t}\\.{name}")] == []


def test_there_is_no_emoji_but_the_coloured_dots() -> None:
    for locale in LOCALES:
        for key, source in catalogue(locale).sources.items():
            assert set(EMOJI.findall(source)) <= set(DOTS.values()), key


def test_no_word_stands_unused() -> None:
    everything = {text for module in modules().values() for text in literals(module)}
    messages = [kind.removeprefix("message\\.") for _, kind in said()]
    messages += [re.escape(text.removeprefix("message.")) for text in everything if text.startswith("message.")]
    used = {
        "message": messages,
        "button": [word for _, word, _ in button_lists()],
        "refusal": map(re.escape, everything),
    }
    for table, patterns in used.items():
        either = re.compile("|".join(patterns))
        assert [key for key in keys(table) if not either.fullmatch(key)] == [], table


# Every message as it is sent: the facts are those its handler passes, in the shapes it passes them.

WRITTEN = '二标段清淤完成 1.8 公里，<余下> "管线" & 涵洞'


def line(number: int = 7, **other: Any) -> dict[str, Any]:
    """bot.usecases.facts.task_line"""
    facts = {"number": number, "title": "独流减河清淤", "due": "2022-06-15", "days_left": 2, "progress": 55}
    facts |= {"flag": "behind", "flags": ["behind", "due_soon", "unreported"], "state": "in_progress", "upkeep": False}
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
PAGES = {"page": 1, "pages": 2, "count": 14}
PAGE = {"page": 1, "pages": 1, "count": 1}
MOMENT = "2022-06-10T17:00:00+08:00"
TOTALS = {"tasks": 41, "finished": 25, "struck_off": 13, "in_progress": 14, "on_schedule": 9, "behind": 3}
TOTALS |= {"overdue": 2, "kept_up": 2}
NO_TOTALS = dict.fromkeys(TOTALS, 0)


def a_measure(ordinal: int = 1, **other: Any) -> dict[str, Any]:
    facts = {"number": f"12.{ordinal}", "text": "排口排查建档，逐一溯源，形成清单，并在全市范围内公开接受监督" * 2}
    facts |= {"kind": "date", "due": "2022-06-15", "ongoing": False, "progress": 90, "days_late": 0, "missed": []}
    return facts | {"workers": ["北辰区"], "said_at": MOMENT, "stages": [], "quantities": []} | other


CARD = {
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
    {"what": "move", "at": MOMENT, "state": "in_progress", "by": "李某", "text": "undone"},
    {"what": "move", "at": MOMENT, "state": "finished", "by": "李某", "text": WRITTEN},
    {"what": "move", "at": MOMENT, "state": "registered", "by": "", "text": ""},
]
READ = {"phrase": "2022年底前完成70%，2023年底前全部完成", "base": "2022-06-13", "kind": "staged", "due": "2023-12-31"}
READ |= {"stages": ["2022-12-31", "2023-12-31"], "quantities": [70, None], "ongoing": True, "soft": True, "choices": []}
READ |= {"note": "soft"}
UNREAD = READ | {"due": None, "stages": [], "quantities": [], "ongoing": False, "soft": False, "note": ""}
FILE = {
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
    **{
        "place": "7.1",
        "measures": 1,
        "measure_text": "清淤",
        "before": 55,
        "after": 62,
        "stated": True,
        "text": WRITTEN,
    },
    **{"unchanged": False, "whole": False, "on_behalf": "", "expected": 99, "week": 24, "next_week": False},
    **{"all_done": False, "left": 11, "next": 12, "undo_until": MOMENT, "report_id": 5},
}
CHOICES = [{"ordinal": n, "text": "排口整治", "percent": percent} for n, percent in ((1, None), (2, 60))]
GUIDE = {"number": 12, "title": "入河排口整治", "ordinal": 1, "place": "12.1", "text": "排口整治" * 30, "percent": 60}
GUIDE |= {"said": True, "gives_percent": True, "due": "2022-06-15", "measures": 3}
CLAIM = {"number": 12, "ordinal": None, "percent": 60, "text": WRITTEN, "unchanged": False}
REMARK = {
    "number": 12,
    "title": "入河排口整治",
    "kind": "instruction",
    "text": WRITTEN,
    "by": "张某",
    "unit": "市水务局",
}
DAY = {
    **{
        "today": "2022-06-13",
        "unit": "市水务局",
        "open": 12,
        "overdue": [LATE],
        "due": [line(), SOON],
        "behind": [line(5)],
    },
    **{
        "coming": [FAR],
        "folded": 3,
        "unsigned": [3, 14],
        "rest": [3, 5, 8],
        "to_report": [7, 12],
        "cut_off": "2022-06-17T17:00:00+08:00",
    },
    **{"numbers": [7, 12], "report_buttons": [7], "buttons": []},
}
QUIET_DAY = DAY | {"overdue": [], "due": [], "behind": [], "coming": [], "folded": 0, "unsigned": [], "to_report": [3]}
OFFICE_DAY = QUIET_DAY | {"unit": "市整改办", "overdue": [LATE], "rest": [], "to_report": [], "questions": 2}
RATES = {"completion": {"n": 25, "of": 41}, "on_time": {"n": 21, "of": 24}, "struck_off": {"n": 13, "of": 41}}
UNIT_LINE = {"unit": "市水务局", **TOTALS, "due": 8, "on_time": 7, "unreported": 1, "rank": 1, "rank_by_count": 2}
BULLETIN = {
    **{"as_of": MOMENT, "year": 2022, "issue": 23, "totals": TOTALS, "rates": RATES, "units": [UNIT_LINE], "scope": ""},
    "changes": {
        "finished": 2,
        "struck_off": 1,
        "on_schedule": -2,
        "behind": -1,
        "overdue": 1,
        "tasks": 0,
        "kept_up": 0,
    },
    **{"due_soon": [SOON], "due_in_30_days": [SOON, line()], "overdue": [VERY_LATE, LATE]},
    "behind": [line() | {"expected": 99}, line(9) | {"expected": 70}],
    "unreported_units": [{"unit": "武清区", "tasks": [12, 14]}, {"unit": "市农业农村委", "tasks": [21]}],
    "instructions": [{"number": 7, "title": "清淤", "text": WRITTEN}, {"number": 9, "title": "清淤", "text": "请加快"}],
    "difficulties": [{"number": 12, "title": "排口", "text": "管线迁改未批"}],
    "next_steps": [{"kind": "timetable", **LATE}, {"kind": "catch_up", **line()}, {"kind": "finish", **SOON}],
    **{"silent": 3, "correction": 0},
}
EMPTY_BULLETIN = BULLETIN | {
    **{"totals": NO_TOTALS, "rates": {name: {"n": 0, "of": 0} for name in RATES}, "changes": {}, "scope": "武清区"},
    **{"due_in_30_days": [], "overdue": [], "behind": [], "unreported_units": [], "next_steps": [], "correction": 1},
    **{"instructions": [], "difficulties": []},
}
SELF = {"name": "李某", "unit": "市水务局", "role": "liaison", "invited_by": "市整改办 王某", "joined": MOMENT}
SELF |= {"daily_at": "09:00", "quiet_from": "22:00", "quiet_to": "08:00", "locale": "zh"}
JOINED = SELF | {"open": 12, "parts": {"lead": 5, "responsible": 6, "cooperating": 1}, "unsigned": [3, 14], "due": 3}
NO_QUIET = {"quiet_from": "", "quiet_to": ""}
SUBSCRIBED = {"rhythm": "weekly", "day": 1, "at": "09:00", "scope": "市水务局", "next": MOMENT}
PERSON = {"name": "李某", "unit": "市水务局", "role": "liaison", "unreachable": True}
IMPORTED = {
    "plan": "天津市整改方案",
    "plans": ["天津市整改方案", "专项"],
    "issued": "2021-05-20",
    "tasks": 41,
    "measures": 112,
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
IMPORTED |= {"questions": [QUESTION, QUESTION | {"phrase": "", "choices": []}]}

MESSAGES: dict[str, list[dict[str, Any]]] = {
    "my": [
        {"which": which, "unit": unit, "open": 12, "to_report": [7, 12], "tasks": TASKS, **PAGES}
        for which, unit in (("open", "市水务局"), ("overdue", ""), ("due", ""), ("all", "市水务局"))
    ]
    + [{"which": "open", "unit": "", "open": 0, "to_report": [], "tasks": [], **PAGE}],
    "due": [{"days": 30, "tasks": [SOON], **PAGES}, {"days": 1, "tasks": [], **PAGE}],
    "overdue": [{"tasks": [VERY_LATE, LATE], **PAGES}, {"tasks": [], **PAGE}],
    "search": [{"words": "排口 <北辰>", "tasks": [SOON], "count": 24}, {"words": "无", "tasks": [], "count": 0}],
    "card": [
        CARD,
        PLAIN_CARD | {"units": dict.fromkeys(CARD["units"], []), "measures": [a_measure()]},
        PLAIN_CARD | {"upkeep": True, "flag": "on_schedule", "due": None, "days_left": None, "expected": None},
        PLAIN_CARD | {"flag": "finished", "state": "verifying"},
        PLAIN_CARD | {"flag": "overdue", "days_left": -1},
        PLAIN_CARD | {"days_left": 0},
    ],
    "history": [{"number": 12, "title": "入河排口整治", "entries": entries, **PAGES} for entries in (HISTORY, [])],
    "who": [{"week": 24, "cut_off": MOMENT, "units": units} for units in ([{"unit": "武清区", "tasks": [12, 14]}], [])],
    "when": [
        READ,
        READ
        | {"kind": "date", "stages": [], "quantities": [], "ongoing": False, "soft": False, "note": "year_assumed"},
        UNREAD | {"kind": "ask", "choices": ["2024-07-31", "2024-08-31"], "note": "before_or_end", "fragment": "8月前"},
        UNREAD | {"kind": "ask", "note": "missing"},
        UNREAD | {"kind": "immediate", "note": "immediate"},
        UNREAD | {"kind": "ongoing", "ongoing": True, "note": "upkeep"},
        UNREAD | {"kind": "recurring"},
    ],
    "evidence": [
        {
            "number": 12,
            "items": [FILE, FILE | {"kind": "document", "name": "验收单.pdf", "state": "fetched"}],
            "count": 2,
        },
        {"number": 12, "items": [FILE | {"state": "failed", "sha256": "0a1b2c3d4e5f", "seen_on_task": 3}], "count": 1},
        {"number": 12, "items": [], "count": 0},
    ],
    "reported": [
        REPORTED,
        REPORTED | {"measures": 3, "place": "7.2", "on_behalf": "武清区", "whole": True, "left": 0, "text": ""},
        REPORTED | {"unchanged": True, "stated": False, "text": "", "after": 55},
        REPORTED | {"unchanged": True, "stated": False, "text": "", "after": None, "measures": 3},
        REPORTED | {"stated": False, "before": None, "after": None, "flag": "on_schedule"},
        REPORTED | {"before": 70, "flag": "overdue", "days_left": -3, "next_week": True, "left": 1},
        REPORTED | {"all_done": True, "before": None, "after": 100, "flag": "on_schedule", "left": 0},
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
    ],
    "offer_taken": [{"tasks": [3, 12]}],
    "which_task": [{"understood": WRITTEN, "files": 0}, {"understood": "", "files": 2}],
    "which_done": [{"number": 12}],
    "ask_difficulty": [{"number": 12, "title": "入河排口整治"}],
    "finished": [DONE | {"text": WRITTEN}, DONE | {"text": ""}],
    "undone": [
        {"what": "report", "tasks": [7], "text": WRITTEN, "percent": 60},
        {"what": "report", "tasks": [7, 12], "text": "", "percent": None},
        {"what": "finish", "tasks": [7], "text": "", "percent": None},
    ],
    "signed": [{"tasks": [3], "before": [7, 12]}, {"tasks": [], "before": [7]}, {"tasks": [3, 4], "before": []}],
    "receipt": [{"signed": [3, 14], "own": [7]}, {"signed": [], "own": []}],
    "evidence_kept": [
        {"number": 12, "title": "入河排口整治", "added": 3, "count": 17, "seen": 1},
        {"number": 12, "title": "入河排口整治", "added": 1, "count": 1, "seen": 0},
    ],
    "remark_kept": [
        REMARK | {"told": 1},
        REMARK | {"kind": "difficulty", "told": 0},
        REMARK | {"kind": "urging", "told": 3},
    ],
    "remark": [REMARK | {"kind": kind} for kind in ("instruction", "opinion", "urging", "difficulty")],
    "instruction_answered": [REMARK | {"instruction": "请加快进度"}],
    "hint": [{"own": [7], "role": "liaison"}, {"own": [], "role": "office"}],
    "daily": [DAY, QUIET_DAY, OFFICE_DAY],
    "bulletin": [BULLETIN, EMPTY_BULLETIN],
    "bulletin_draft": [BULLETIN | {"issue_at": MOMENT}, EMPTY_BULLETIN | {"issue_at": MOMENT}],
    "bulletin_issued": [{"year": 2022, "issue": 23}],
    "bulletin_held": [{"year": 2022, "issue": 23}],
    "composition_menu": [{"name": "tasks", "as_of": MOMENT, "totals": TOTALS, "tasks": TASKS}],
    "composition": [
        {"name": "overdue", "as_of": MOMENT, "totals": TOTALS, "tasks": [VERY_LATE, LATE], **PAGES},
        {"name": "kept_up", "as_of": MOMENT, "totals": NO_TOTALS, "tasks": [], **PAGE},
    ],
    "rank": [BULLETIN | {"units": [UNIT_LINE, UNIT_LINE | {"unit": "武清区", "tasks": 2, "finished": 0, "due": 0}]}],
    "urge": [{"unit": "武清区", "tasks": [12, 14], "text": text, "by": "市整改办"} for text in ("请今天报送", "")],
    "urged": [
        {"told": 3, "units": ["武清区", "蓟州区"]},
        {"told": 0, "units": ["武清区"]},
        {"told": 1, "units": ["武清区"]},
    ],
    "stranger": [{}],
    "joined": [
        JOINED,
        JOINED | NO_QUIET | {"invited_by": "", "parts": {}, "open": 1, "role": "head"},
        *(JOINED | {"role": role} for role in ("office", "leader", "verifier", "viewer")),
    ],
    "whoami": [SELF | {"user_id": 5102334}, SELF | NO_QUIET | {"user_id": 5102334}],
    "locale_set": [{"locale": "zh"}],
    "quiet_set": [SELF, SELF | NO_QUIET],
    "subscribed": [
        SUBSCRIBED,
        SUBSCRIBED | {"rhythm": "monthly", "day": 15, "scope": ""},
        SUBSCRIBED | {"rhythm": "daily", "day": None},
    ],
    "subscriptions": [{"rows": [SUBSCRIBED, SUBSCRIBED | {"rhythm": "daily", "scope": ""}]}, {"rows": []}],
    "unsubscribed": [{"count": 1}, {"count": 0}],
    "nothing_pending": [{}],
    "cancelled": [{}],
    "invited": [
        {"unit": "市水务局", "role": "liaison", "code": "K7QF2M9XTRWB", "link": link, "expires": MOMENT}
        for link in ("https://t.me/duban_bot?start=K7QF2M9XTRWB", "")
    ],
    "members": [{"people": [PERSON, PERSON | {"unreachable": False, "role": "office"}]}],
    "dismissed": [{"name": "李某"}],
    "import_summary": [IMPORTED, IMPORTED | {"confirmed": True, "changed_tasks": [], "questions": []}],
    "questions": [{"count": 3}, {"count": 1}],
    "bound": [{"unit": "武清区", "title": "工作群"}, {"unit": "", "title": "工作群"}],
    "help": [{"commands": ["my", "task", "update"], "own": [7, 12], "role": "liaison"}],
    "parked_apology": [{"reference": 812}],
    "parked_notice": [{"reference": 812, "name": name, "error": "IntegrityError"} for name in ("李某", "")],
    "unreachable": [{"name": "李某 市水务局"}],
    "group_lost": [{"title": "武清区整改工作群"}],
    "evidence_too_big": [{"number": 12, "name": "航拍.mp4"}, {"number": 12, "name": ""}],
    "evidence_lost": [{"number": 12, "name": "航拍.mp4"}],
}
SENT = [(kind, n, facts) for kind, cases in MESSAGES.items() for n, facts in enumerate(cases)]


def sound(html: str) -> bool:
    """Whether Telegram takes it as it is, and it looks as it should."""
    text, entities = read_text(html, "HTML", None, limit=TEXT_LIMIT)
    assert {name for _, name, _ in TAG.findall(html)} <= {"b", "i", "code", "blockquote", "a"}
    assert len(entities) <= 100
    assert 0 < length(html) < TEXT_LIMIT
    assert html == html.strip()
    assert "\n\n\n" not in html
    seen = re.sub(r"<[^<>]*>", "", html)
    for ugly in (
        "  ",
        "　　",
        " 　",
        "　 ",
        " \n",
        "　\n",
        "\n ",
        "，，",
        "。。",
        "、、",
        "None",
        "Undefined",
        " ,",
        " .",
        "()",
        "（）",
    ):
        assert ugly not in seen, ugly
    return text != ""


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("kind", "n", "facts"), SENT, ids=[f"{kind}-{n}" for kind, n, _ in SENT])
def test_a_message_is_sound_as_it_is_sent(locale: str, kind: str, n: int, facts: dict[str, Any]) -> None:
    assert sound(catalogue(locale).say(f"message.{kind}", facts))


def test_no_message_goes_unseen() -> None:
    assert set(MESSAGES) == set(keys("message"))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", sorted(MESSAGES))
def test_a_message_gets_every_fact_it_speaks_of(locale: str, kind: str) -> None:
    optional = set(GUARDED.findall(catalogue(locale).sources[f"message.{kind}"]))
    for facts in MESSAGES[kind]:
        assert facts_of(locale, f"message.{kind}") - optional <= set(facts)


REFUSED: dict[str, Any] = {
    **{"own": [7, 12], "understood": WRITTEN, "command": "update", "percent": 60, "task": 12, "measure": 4, "count": 3},
    **{
        "text": WRITTEN,
        "minutes": 10,
        "needs_words": [7, 12],
        "state": "finished",
        "units": ["市水务局"],
        "role": "liaison",
    },
    **{
        "measures": [{"place": "12.1", "percent": 60}, {"place": "12.2", "percent": 0}],
        "choices": CHOICES,
        "unit": "水务",
    },
    **{
        "name": "方案.xlsx",
        "megabytes": 31.5,
        "limit": 20,
        "where": "清单!F12",
        "near": ["市水务局"],
        "roles": "office, head",
    },
    **{
        "scope": "x",
        "value": 3,
        "expected": "mon, tue",
        "year": 1899,
        "known": ["元旦"],
        "day": "2027-01-03",
        "why": "第3行",
    },
    **{
        "entry": "市水务局",
        "problem": "stands_twice",
        "members": 9,
        "member": "",
        "rows": 9000,
        "found": "PDF",
        "mark": "秘密",
    },
    **{"instead": "xlsx", "chars": 40000, "event": 7, "kind": "report", "at": MOMENT},
}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("reason", keys("refusal"))
def test_a_refusal_is_sound_with_all_its_facts_and_with_hardly_any(locale: str, reason: str) -> None:
    bare = {
        "own": [],
        "understood": "",
        "needs_words": [],
        "near": [],
        "percent": None,
        "state": "struck_off",
        "count": 1,
    }
    words = {"unknown_choice": {"choices": "overdue, due, all"}}.get(reason, {})
    for facts in (REFUSED | words, REFUSED | bare | words):
        assert sound(catalogue(locale).say(f"refusal.{reason}", facts))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    "command", ["update", "same", "difficulty", "evidence", "ack", "finish", "history", "note", "task"]
)
def test_a_call_without_a_number_is_answered_with_an_example(locale: str, command: str) -> None:
    said = catalogue(locale).say("refusal.number_missing", {"own": [7], "understood": "", "command": command})
    assert "07" in said.splitlines()[-1]
    assert locale == "zh" or f"/{command} 07" in said


PRESSED: dict[str, Any] = {"n": 7, "count": 3, "until": MOMENT, "place": "12.2", "text": "排口整治" * 9, "percent": 60}
PRESSED |= {"name": "李某", "rhythm": "weekly"}


@pytest.mark.parametrize("locale", LOCALES)
def test_a_button_is_short(locale: str) -> None:
    rows = [[[word, "x", PRESSED]] for word in keys("button")] + [[["take", "x", {"n": 7, "count": 1}]]]
    for ((label, _),) in buttons(locale, rows):
        assert 0 < len(label) <= 34
        assert label == label.strip()
