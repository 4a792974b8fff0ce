"""The audit trail in words: every kind of event about a task, and every fact it holds, is said in both locales."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from town import a_town

import bot
from bot.words import LOCALES, catalogue

INNER = re.compile(r"[a-z]+_[a-z]+|True|False|None|\d{4}-\d\d-\d\dT[^ ]*")
ROOT = Path(bot.__file__).parent
# Kinds that are known only when it runs, with what they may be.
COMPUTED = {
    "kind": ("instruction", "opinion", "difficulty"),
    "f'report_{why}'": ("report_undone", "report_corrected"),
    "f'{note.kind}_answered'": ("instruction_answered", "difficulty_answered"),
}


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for file in sorted([*ROOT.glob("usecases/*.py"), *ROOT.glob("domain/*.py")]):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield file.stem, node


def deeds() -> list[tuple[str, str, set[str]]]:
    """(where, kind, names of its facts) of every event about a task that the code records."""
    found = []
    for stem, function in functions():
        for call in ast.walk(function):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
                continue
            if call.func.id == "_deed":  # of a case: its facts are keywords
                _, kind, *_ = call.args
                names = {each.arg for each in call.keywords if each.arg not in (None, "before")}
                found.append((f"{stem}.{function.name}", ast.literal_eval(kind), {str(name) for name in names}))
            if call.func.id != "Deed":
                continue
            kind, about, *sides = call.args
            if isinstance(about, ast.Constant):
                continue
            names = {name for side in sides for name in _names(side, function, stem)}
            kinds = (kind.value,) if isinstance(kind, ast.Constant) else COMPUTED.get(ast.unparse(kind), ())
            found += [(f"{stem}.{function.name}", str(each), names) for each in kinds]
            found += [(f"{stem}.{function.name}", "", names)] if not kinds else []
    return found


def _names(side: ast.expr, function: ast.FunctionDef, stem: str) -> set[str]:
    """The keys written in a dictionary, and in what a name in it is set to or a function of the module returns."""
    names: set[str] = set()
    for node in ast.walk(side):
        if isinstance(node, ast.Dict):
            names |= {str(key.value) for key in node.keys if isinstance(key, ast.Constant)}
        elif isinstance(node, ast.Name):
            for given in ast.walk(function):
                target = given.targets[0] if isinstance(given, ast.Assign) else getattr(given, "target", None)
                value = getattr(given, "value", None)
                if isinstance(target, ast.Name) and target.id == node.id and isinstance(value, ast.expr):
                    names |= _names(value, ast.FunctionDef("", body=[], args=function.args, decorator_list=[]), stem)
    return names


@pytest.mark.parametrize("locale", LOCALES)
def test_every_event_about_a_task_and_every_fact_of_it_has_its_words(locale: str) -> None:
    words = catalogue(locale)
    found = deeds()
    assert len(found) > 30
    missing = {f"event.{kind}" for _, kind, _ in found if kind and not words.has(f"event.{kind}")}
    missing |= {f"event_fact.{n}" for _, _, names in found for n in names if not words.has(f"event_fact.{n}")}
    assert sorted(missing) == []


def test_the_trail_a_person_reads_shows_no_inner_names() -> None:
    with a_town(ladder=True) as town:
        office, water = town.office(), town.join("市水务局")
        for words in ("进度 7 60% 清淤", "困难 7 资金", "延期 7 2022-06-30 招标流标"):
            water.send(words)
        for words in ("督办单 7 黄 请说明", "同意 7 津整改办〔2022〕15号"):
            office.send(words)
        town.settle()
        town.travel("06-14 08:30")
        read = []
        for number in (7, 18):
            said = town.ask(office, f"审计 {number}")
            read.append(said.text)
            while "更早" in said.labels:
                said = town.press(office, said, "更早")
                read.append(said.text)
        text = "\n".join(read)
        for word in ("报进展", "困难", "督办单签发", "督办升级", "事由：超期", "种类：红色督办单"):
            assert word in text, word
        assert INNER.findall(text) == []
