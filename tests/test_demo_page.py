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
    assert all(shipped(f"demo/{line['file']}").is_file() for line in said if "file" in line)
    assert {"申请销号", "退回", "延期"} <= {line["text"].split()[0] for line in said}
