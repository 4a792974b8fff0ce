"""A mistake in config/policy.toml is named with its file, its line and the nearest right key."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.app import read_rules
from bot.doctor import rules
from bot.domain.refusal import Refusal
from bot.domain.toml_lines import line_of
from bot.settings import Settings, load_settings, shipped

POLICY = shipped("policy.toml").read_text(encoding="utf-8")


def written(folder: Path, before: str, after: str) -> tuple[Settings, int]:
    """Settings with the shipped policy in which one line reads otherwise, and the number of that line."""
    assert POLICY.count(before) == 1
    text = POLICY.replace(before, after)
    file = folder / "policy.toml"
    file.write_text(text, encoding="utf-8")
    line = 1 + POLICY[: POLICY.index(before)].count("\n") + (len(after) - len(after.lstrip("\n")))
    return load_settings({}, policy=str(file), config=str(shipped("duban.toml"))), line


@pytest.mark.parametrize(
    ("before", "after", "name", "near"),
    [
        ("tolerance = 10", "tolerence = 10", "tolerence", "tolerance"),
        ("tolerance = 10", "tolerance = -1", "tolerance", ""),
        ("nudge = true", "nudges = true", "week.nudges", "nudge"),
        ("[waiting]", "[wating]", "wating", "waiting"),
        ('cut_off_day = "fri"', 'cut_off_day = "friday"', "week.cut_off_day", ""),
        ("behind = true\n", "behnd = true\n", "ladder.step.behnd", "behind"),
        ("overdue = true", 'overdue = "yes"', "ladder.step.overdue", ""),
        ('name = "summons"', 'name = "blue"', "ladder.step.name", ""),
        ("task = {}", 'task = { 12 = "daily" }', "cadence.task.12", ""),
        ("\nperson = 4 ", "\npersons = 4 ", "noise.persons", "person"),
    ],
)
def test_a_mistake_has_its_line_and_the_nearest_key(
    tmp_path: Path, before: str, after: str, name: str, near: str
) -> None:
    settings, line = written(tmp_path, before, after)
    with pytest.raises(Refusal) as refused:
        read_rules(settings)
    facts: dict[str, Any] = refused.value.facts
    assert (facts["name"], facts["nearest"], facts["line"]) == (name, near, line)


def test_a_line_that_is_no_toml_is_named_too(tmp_path: Path) -> None:
    settings, line = written(tmp_path, "tolerance = 10", "tolerance = ten")
    with pytest.raises(Refusal, match="bad_file") as refused:
        read_rules(settings)
    assert f"line {line}," in refused.value.facts["why"]


def test_the_doctor_says_it_and_the_start_refuses_it(tmp_path: Path) -> None:
    settings, line = written(tmp_path, "nudge = true", "nudges = true")
    said = next(finding for finding in rules(settings) if finding["what"] == "policy")
    assert said["level"] == "bad"
    assert f"policy.toml 第 {line} 行" in said["text"]
    assert "是不是 nudge？" in said["text"]
    place = {"DUBAN_POLICY": str(settings.policy), "DUBAN_DATABASE_URL": f"sqlite:///{tmp_path}/x.db"}
    command = [sys.executable, "-m", "bot", "tasks"]
    done = subprocess.run(command, env=place, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip() == said["text"]


def test_a_key_in_the_second_of_two_tables_is_found_there() -> None:
    text = 'top = 1\n[[a.b]]\nname = "x"\n\n[[a.b]]\n  name = "y" # twice\n[c]\n"数" = { d = 2 }\n'
    assert line_of(text, "top") == 1
    assert line_of(text, "a.b.name") == 3
    assert line_of(text, "a.b.name", 2) == 6
    assert line_of(text, "a.b.z", 2) == 5
    assert line_of(text, "c.数.d") == 8
    assert line_of(text, "nowhere.at.all") == 0
