"""The three-minute tour, walked in the page of a demonstration that was just reset: every step ticks itself off."""

from collections.abc import Callable, Iterator

import pytest
from conftest import Demo
from looking import opened, picture, press, said
from playwright.sync_api import Browser, Page, expect

from bot.app import read_toml
from bot.settings import shipped

STEPS = read_toml(shipped("demo/page.toml"))["start"]["tour"]
LONG = 240_000


def question(page: Page) -> None:
    press(said(page, "要问 1 处"), "逐项确认")
    press(said(page, "第 1/1 问"), "2022年8月31日")
    press(said(page, "待确认导入"), "确认导入")


def compose(page: Page) -> None:
    press(said(page, "整改周通报 2022年第24期"), "看构成")
    press(said(page, "点一个数"), "超期 3")


# What a step asks for besides its own buttons.
BY_HAND: dict[int, Callable[[Page], None]] = {
    2: lambda page: press(said(page, "项无变化？"), "项无变化"),
    4: question,
    6: compose,
}


@pytest.fixture(scope="module")
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    page = opened(browser, demo.url)
    page.get_by_role("button", name="重置").click()
    page.locator("#dialog").get_by_role("button", name="重置").click()
    expect(page.locator(".clock-day")).to_contain_text("6月13日", timeout=LONG)
    expect(page.locator(".hint").get_by_role("button", name="三分钟导览")).to_be_visible(timeout=LONG)
    page.locator(".hint").get_by_role("button", name="三分钟导览").click()
    yield page
    page.context.close()


@pytest.mark.parametrize("number", range(len(STEPS)))
def test_a_step_ticks_itself_off(page: Page, number: int) -> None:
    step, hint = STEPS[number], page.locator(".hint")
    expect(hint.locator(".step")).to_contain_text(f"{number + 1}/{len(STEPS)}")
    expect(hint).to_contain_text(step["zh"])
    if "there" not in step:
        expect(hint).not_to_have_class("hint ticked")
    for name in ("填入", "附上文件", "前往"):
        if (button := hint.get_by_role("button", name=name)).count():
            button.click()
    if number == 0:
        picture(page, "tour")
    if "text" in step:
        expect(page.locator("textarea").first).to_have_value(step["text"].strip())
        page.locator("textarea").first.press("Enter")
    elif "file" in step:
        expect(page.locator(".parcel")).to_be_visible()
        page.locator(".send").first.click()
    BY_HAND.get(number, lambda page: None)(page)
    expect(page.locator(".hint.ticked")).to_be_visible(timeout=LONG)
    hint.get_by_role("button", name="下一步" if number + 1 < len(STEPS) else "完成").click()


def test_last_weeks_issue_is_printed_the_same(page: Page) -> None:
    issues = page.locator("article.turn:not(.mine)", has_text="整改周通报 2022年第23期")
    texts = issues.locator(".text").all_inner_texts()
    assert len(texts) == 2
    assert texts[0] == texts[1]
