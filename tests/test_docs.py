"""The documentation is held against the code: commands, verbs, settings, policy, readings and links."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from bot.__main__ import main
from bot.app import read_registry
from bot.chat.commands import COMMANDS, WORDS, Command
from bot.chat.reading import read_entries
from bot.domain.people import EVERYONE, Role
from bot.domain.plan_fields import header_field
from bot.domain.policy import Policy, read_policy
from bot.domain.workdays import Workdays
from bot.settings import Settings
from bot.usecases import phrases

ROOT = Path(__file__).parent.parent
READMES = {"en": ROOT / "README.md", "zh": ROOT / "README.zh.md"}
PAGES = [*READMES.values(), *sorted((ROOT / "docs").glob("*.md"))]
MENU = [command for command in COMMANDS if command.menu]
EVERYBODY = {"en": "everyone", "zh": "所有人"}
ROLES = {
    "en": {str(role): role for role in Role},
    "zh": {
        "整改办": "office",
        "领导": "leader",
        "负责人": "head",
        "联络员": "liaison",
        "验收": "verifier",
        "查阅": "viewer",
    },
}
BASE = date(2021, 5, 20)


def rows(page: Path) -> Iterator[list[str]]:
    """The cells of every row of every table of a page."""
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("|") and not set(line) <= set("|-: "):
            yield [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def row_of(page: Path, first: str) -> list[str]:
    found = [row for row in rows(page) if row[0] == first]
    assert len(found) == 1, f"{page.name} needs one row that begins with {first}"
    return found[0]


def section(page: Path, heading: str) -> list[list[str]]:
    """The rows of the table under a heading, without its head."""
    text = page.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|") and not set(line) <= set("|-: ")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines][1:]


@pytest.mark.parametrize("locale", READMES)
@pytest.mark.parametrize("command", MENU, ids=lambda command: command.name)
def test_every_command_has_a_row_with_its_words_and_who_may_use_it(command: Command, locale: str) -> None:
    _, words, who, does, example = row_of(READMES[locale], f"`/{command.name}`")
    assert does
    assert re.split(r"[、,]\s*", words) == list(command.words)
    named = set() if who == EVERYBODY[locale] else {ROLES[locale][name] for name in re.split(r"[、,]\s*", who)}
    assert (named or EVERYONE) == command.roles
    assert [entry.command for entry in read_entries(example.strip("`"), WORDS)] == [command.name]


def test_every_command_is_explained() -> None:
    text = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    assert [command.name for command in MENU if f"\n### /{command.name}\n" not in text] == []


def test_every_verb_and_option_of_the_command_line_is_explained() -> None:
    page = ROOT / "docs/operations.md"
    said = {row[0].split()[1].strip("`"): row[0] for row in rows(page) if row[0].startswith("`duban ")}
    assert sorted(said) == sorted(main.commands)
    for name, verb in main.commands.items():
        options = [option for parameter in verb.params for option in parameter.opts if option.startswith("--")]
        assert [option for option in options if option not in said[name] and option != "--output"] == [], name


@pytest.mark.parametrize("page", READMES.values(), ids=READMES)
def test_every_setting_is_listed_with_its_default(page: Path) -> None:
    shown = {row[0].strip("`"): row[1].strip("`") for row in rows(page) if row[0].startswith("`DUBAN_")}
    assert sorted(shown) == sorted(f"DUBAN_{name.upper()}" for name in Settings.model_fields)
    for name, field in Settings.model_fields.items():
        default = shown[f"DUBAN_{name.upper()}"]
        if isinstance(field.default, str | float | Path) and field.default:
            assert default == str(field.default) or float(default) == field.default


def test_the_sample_settings_are_all_the_settings_with_their_defaults() -> None:
    lines = (ROOT / "config/duban.toml").read_text(encoding="utf-8").splitlines()
    sample: dict[str, Any] = tomllib.loads("\n".join(line[2:] for line in lines if re.match(r"# \w+ = ", line)))
    assert sorted(sample) == sorted(Settings.model_fields)
    defaults = Settings.model_construct()
    for name, value in sample.items():
        default = getattr(defaults, name)
        if name in ("token", "webhook_secret"):
            assert value == ""
        elif isinstance(default, Path):
            assert default.resolve() == (ROOT / value).resolve()
        else:
            assert value == (list(default) if isinstance(default, tuple) else default), name


def test_the_sample_policy_is_the_whole_policy_with_its_defaults() -> None:
    sample = tomllib.loads((ROOT / "config/policy.toml").read_text(encoding="utf-8"))
    assert read_policy(sample) == Policy()
    assert sorted(sample) == sorted(asdict(Policy()))
    for name, table in asdict(Policy()).items():
        if isinstance(table, dict):
            assert sorted(sample[name]) == sorted(table)


@pytest.mark.parametrize("row", section(ROOT / "docs/import.md", "Deadlines"), ids=lambda row: row[0])
def test_deadlines_read_as_the_page_says(row: list[str]) -> None:
    phrase, kind, due, read = row
    found = phrases.deadline(phrase, BASE, Workdays.of(()))
    assert (found["kind"], found["due"] or "") == (kind, due)
    if kind == "ask":
        assert found["choices"] == re.findall(r"\d{4}-\d\d-\d\d", read) or read.startswith("in the plan's year")


@pytest.mark.parametrize("row", section(ROOT / "docs/import.md", "Units"), ids=lambda row: row[0])
def test_units_read_as_the_page_says(row: list[str]) -> None:
    found = phrases.units(row[0], read_registry(Settings.model_construct()))
    said = {part: "、".join(names) for part, names in found.items() if names}
    assert said == dict(part.split(" ", 1) for part in row[1].split("; ") if part)


def test_the_headers_of_the_page_are_known() -> None:
    for fields, also in section(ROOT / "docs/import.md", "Tables"):
        groups = zip(re.split(r",\s*", fields), [*re.split(r"[;:(]\s*", also), ""], strict=False)
        for name, synonyms in groups:
            field = header_field(name)
            assert field is not None, name
            assert [word for word in re.findall(r"[一-鿿]+|NO\.", synonyms) if header_field(word) != field] == [], name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text(encoding="utf-8")):
        file, _, heading = unquote(target).partition("#")
        found = (page.parent / file).resolve() if file else page
        assert found.exists(), f"{page.name}: {target}"
        if heading:
            assert f"\n## {heading.capitalize()}\n" in found.read_text(encoding="utf-8"), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_names_a_machine_or_a_package_index(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"/root\b|/work/|/home/|pypi\.|\bmirror", text) == []
