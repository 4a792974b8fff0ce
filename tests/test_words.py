"""The words: the same keys and facts in both locales, words for all that the code says, every message as it is sent."""

import ast
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from jinja2 import Environment, meta
from word_facts import HARDLY_ANY, MESSAGES, PRESSED, REFUSED

import bot
from bot.chat.presses import VERBS
from bot.delivery.long_text import TEXT_LIMIT, length
from bot.domain.deadlines.reading import Note
from bot.domain.ledger import Part, State
from bot.domain.people import Role
from bot.sandbox.formatting import read_text
from bot.words import LOCALES, BadWords, buttons, catalogue, check
from bot.words.filters import DOTS, filters_for, near_day

# What is said by whom: function name → position of the word's key among its arguments.
SAYING = {"say_list": 1, "tell": 1, "announce": 2, "member_message": 1, "tell_office": 2, "Told": 0, "Screen": 0}
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
    """The reasons of a Refusal; those of a variable are what it is set to or what its function is called with."""
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
    verbs = set(VERBS)
    for file, module in modules().items():
        if not file.startswith(("chat", "usecases")):
            continue
        for node in ast.walk(module):
            if isinstance(node, ast.List) and (found := _button(node, verbs)):
                yield f"{file}:{node.lineno}", *found


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


# Every message as it is sent.


SENT = [(kind, n, facts) for kind, cases in MESSAGES.items() for n, facts in enumerate(cases)]


UGLY = re.compile(
    r"  |　　| 　|　 |[ 　]\n|\n[ 　]|\n\n|[，。、；]{2}|[,.;]{2}|[ 　][,;，。；]|\(\)|（）|None|Undefined"
)


def sound(html: str) -> bool:
    """Telegram takes it as it is, whole, and nothing in it is doubled, missing or left over."""
    text, entities = read_text(html, "HTML", None, limit=TEXT_LIMIT)
    assert {name for _, name, _ in TAG.findall(html)} <= {"b", "i", "code", "blockquote", "a"}
    # Telegram keeps the first hundred entities and drops the others without a word.
    assert len(entities) <= 100
    assert 0 < length(html) < TEXT_LIMIT
    assert html == html.strip()
    assert UGLY.search(re.sub(r"<[^<>]*>", "", html)) is None
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


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("reason", keys("refusal"))
def test_a_refusal_is_sound_with_all_its_facts_and_with_hardly_any(locale: str, reason: str) -> None:
    words = {"unknown_choice": {"choices": "my"}}.get(reason, {})
    for facts in (REFUSED | words, REFUSED | HARDLY_ANY | words):
        assert sound(catalogue(locale).say(f"refusal.{reason}", facts))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    "command", sorted(key.removeprefix("example.") for key in catalogue("zh").sources if key.startswith("example."))
)
def test_a_call_without_a_number_is_answered_with_an_example(locale: str, command: str) -> None:
    facts = {"own": [7], "understood": "", "command": command, "percent": None}
    answer = catalogue(locale).say("refusal.number_missing", facts)
    assert sound(answer)
    assert len(answer.splitlines()) == 2
    assert ("07" if locale == "zh" else f"/{command} 07") in answer.splitlines()[1]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("command", ["", "difficulty", "note", "urge"])
def test_a_remark_without_words_is_answered_with_its_own_example(locale: str, command: str) -> None:
    answer = catalogue(locale).say("refusal.nothing_said", {"task": 7, "own": [], "command": command})
    assert sound(answer)
    assert locale == "zh" or f"/{command or 'update'} 07" in answer


@pytest.mark.parametrize(
    ("day", "days_left", "shown"), [("2022-06-15", 2, "06-15"), ("2021-12-31", -164, "2021-12-31")]
)
def test_a_day_of_another_year_is_listed_with_its_year(day: str, days_left: int, shown: str) -> None:
    assert near_day(day, days_left) == shown


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("understood", ["清淤完成", "60% 清淤完成"])
def test_what_was_understood_is_said_once(locale: str, understood: str) -> None:
    facts = {"own": [7], "understood": understood, "command": "update", "percent": 60}
    second = catalogue(locale).say("refusal.number_missing", facts).splitlines()[1]
    assert second.count("60%") == 1
    assert second.count("清淤完成") == 1


@pytest.mark.parametrize("locale", LOCALES)
def test_a_button_is_short(locale: str) -> None:
    rows = [[[word, "x", PRESSED]] for word in keys("button")] + [[["take", "x", {"n": 7, "count": 1}]]]
    for ((label, _),) in buttons(locale, rows):
        assert 0 < len(label) <= 34
        assert label == label.strip()


# Found at the start, not in the middle of a message.


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A copy of the words, to be broken."""
    for locale in LOCALES:
        shutil.copytree(Path(bot.__file__).parent / "words" / locale, tmp_path / locale)
    return tmp_path


def test_the_words_as_they_are_are_sound(broken: Path) -> None:
    check()
    check(broken)


def test_a_key_that_stands_twice_is_named_with_both_files(broken: Path) -> None:
    (broken / "zh" / "zz.toml").write_text('[message]\nstranger = "x"\n', encoding="utf-8")
    with pytest.raises(BadWords, match=r"words/zh/zz\.toml: message\.stranger stands in words/zh/own\.toml too"):
        check(broken)


def test_a_key_that_one_locale_lacks_is_named_with_its_file(broken: Path) -> None:
    (broken / "en" / "zz.toml").write_text('[message]\nonly_here = "x"\n', encoding="utf-8")
    with pytest.raises(BadWords, match=r"words/zh: message\.only_here of words/en/zz\.toml is missing"):
        check(broken)


def test_a_file_that_is_no_toml_is_named_with_the_line(broken: Path) -> None:
    (broken / "en" / "zz.toml").write_text('[message]\nbroken = "\n', encoding="utf-8")
    with pytest.raises(BadWords, match=r"words/en/zz\.toml: .*line 2"):
        check(broken)


def test_english_keeps_to_its_own_blanks() -> None:
    """The full-width blank parts Chinese words only."""
    assert [key for key, text in catalogue("en").sources.items() if "\u3000" in text] == []
