"""The demonstration's page: personas in their order, and a tour whose steps can be walked (tests/browser walks it)."""

from datetime import datetime

import pytest

from bot.app import read_toml
from bot.sandbox.clock import next_moment
from bot.settings import shipped

PAGE = read_toml(shipped("demo/page.toml"))
STORY = read_toml(shipped("demo/story.toml"))
START, PERSONAS = PAGE["start"], PAGE["persona"]


def test_the_personas_stand_in_their_order_and_the_liaison_is_open() -> None:
    roles = {person["user_id"]: person["role"] for person in STORY["person"]}
    shown = ["group" if "chat" in one else roles[one["user_id"]] for one in PERSONAS]
    assert shown == ["liaison", "office", "leader", "liaison", "verifier", "head", "group", ""]
    assert START["open"] == PERSONAS[0]["user_id"]
    assert all(one[f"{name}_{locale}"] for one in PERSONAS for name in ("name", "role") for locale in ("zh", "en"))


@pytest.mark.parametrize("step", START["tour"], ids=lambda step: step["en"][:30])
def test_a_step_of_the_tour_is_one_line_that_can_be_walked(step: dict[str, object]) -> None:
    assert len(str(step["zh"])) <= 32
    assert len(str(step["en"])) <= 90
    assert step.get("open", START["open"]) in {one.get("chat", one["user_id"]) for one in PERSONAS}
    assert "says" in step or "wish" in step, "nothing would tick it off"
    if "file" in step:
        folder, name = str(step["file"]).rsplit("/", 1)
        assert folder == "/given"
        assert shipped(f"demo/{name}").is_file()
    if "wish" in step:
        start = datetime.fromisoformat("2022-06-13T09:00:00+08:00")
        assert next_moment(start, str(step["wish"])) > start


def test_what_the_story_says_goes_with_files_that_are_there() -> None:
    people = {person["user_id"] for person in STORY["person"]}
    said = STORY["say"]
    assert {line["user_id"] for line in said} <= people
    assert all("content" in line or shipped(f"demo/{line['file']}").is_file() for line in said if "file" in line)
    assert {"申请销号", "退回", "延期", "困难", "批示", "待签发"} <= {line["text"].split()[0] for line in said}


def test_thirteen_tasks_of_the_story_are_struck_off_step_by_step() -> None:
    office, leader, verifier = 1001, 1002, 1006
    agreed: dict[str, list[int]] = {}
    for line in STORY["say"]:
        for command in line["text"].splitlines():
            word, number = command.split()[0], command.split()[1:2]
            if word == "同意":
                agreed.setdefault(number[0], []).append(line["user_id"])
    # Accepted, published, signed by the office, signed by the leader, struck off.
    whole = [number for number, people in agreed.items() if people[:5] == [verifier, office, office, leader, office]]
    assert len(whole) == 13
    assert {int(number) for number in whole} <= {each["task"] for each in STORY["finish"]}


def test_the_people_of_the_page_report_in_their_own_chats() -> None:
    shown = {person["unit"] for person in STORY["person"] if person.get("persona") and person["role"] == "liaison"}
    told = [report for report in STORY["report"] if report["unit"] in shown]
    last = max(report["at"] for report in told)
    chatted = [line for line in STORY["say"] if line["text"].startswith("进度") and line["at"] > last]
    assert len(chatted) >= 10
