"""A policy looked at before it goes live: what it would say to whom, and that nothing is sent or changed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from town import PLAN

from bench.noise import broken


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict:
    folder = tmp_path_factory.mktemp("simulate")
    (folder / "plan.csv").write_text(PLAN, encoding="utf-8")
    place = {"DUBAN_DATABASE_URL": f"sqlite:///{folder}/duban.db", "DUBAN_DATA": str(folder)}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DUBAN_")}

    def duban(*words: str) -> str:
        done = subprocess.run([sys.executable, "-m", "bot", *words], env=clean | place, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    duban("import", str(folder / "plan.csv"), "--yes")
    before = (folder / "duban.db").stat().st_size
    found = json.loads(duban("simulate", "--from", "2022-05-23", "--to", "2022-06-24", "--json"))
    assert Path(folder / "duban.db").stat().st_size == before
    assert duban("verify").startswith("6 events")
    return found


def test_nobody_hears_in_quiet_hours_or_on_a_day_of_rest(told: dict) -> None:
    assert told["figures"]["in_quiet_hours"] == 0
    assert told["figures"]["on_rest_days"] == 0


def test_a_liaison_hears_at_most_one_folded_message_a_day(told: dict) -> None:
    days = [row["at"][:10] for row in told["messages"] if row["to"] == "市水务局" and row["kind"] == "daily"]
    assert days
    assert len(days) == len(set(days))


def test_every_unit_of_the_plan_is_supposed_to_have_a_liaison(told: dict) -> None:
    assert {"市水务局", "北辰区", "武清区", "市城市管理委"} <= {person["unit"] for person in told["people"]}


def test_folding_says_less_than_a_message_for_each_task_and_offset(told: dict) -> None:
    daily = sum(row["kind"] == "daily" for row in told["messages"])
    assert 0 < daily < told["figures"]["naive_messages"]


def test_the_office_gets_a_bulletin_for_each_week(told: dict) -> None:
    issued = [row["at"] for row in told["messages"] if row["to"] == "leader" and row["kind"] == "bulletin"]
    assert issued == [f"2022-{day}T09:00:00+08:00" for day in ("05-23", "05-30", "06-06", "06-13", "06-20")]


def test_every_claim_of_the_noise_page_holds(told: dict) -> None:
    figures = told["figures"]
    assert broken(figures) == []
    assert (figures["milestones_come"], figures["milestones_reminded"]) == (7, 7)
    assert (figures["tasks_overdue"], figures["tasks_climbed"]) == (4, 4)
    assert figures["naive_messages"] > figures["messages"]


def test_a_broken_claim_is_named(told: dict) -> None:
    figures = told["figures"] | {"on_rest_days": 1, "tasks_not_climbed": [7], "max_per_person_and_day": 99}
    assert broken(figures) == [
        "never more than the cap in a day",
        "nothing on a day of rest",
        "every overdue task climbed the ladder",
    ]
