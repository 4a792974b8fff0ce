"""Four weeks are travelled through on the page: the ladder climbs with its cause and stops with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Demo
from looking import opened, picture, press, said, write
from playwright.sync_api import Browser, Page, expect

LONG = 240_000


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Demo]:
    """A demonstration of its own: the others' clocks stay where they are."""
    running = Demo(tmp_path)
    running.start()
    yield running
    running.stop()


def to_monday(page: Page, day: str) -> None:
    page.get_by_role("button", name="下周一 09:00").click()
    expect(page.locator(".clock-day")).to_contain_text(day, timeout=LONG)


def go_to(page: Page, persona: str) -> None:
    page.locator(".person").filter(has=page.locator(".person-name", has_text=persona)).first.click()
    expect(page.locator("article.turn").last).to_be_attached()


def test_the_ladder_climbs_and_stops_in_four_weeks(browser: Browser, fresh: Demo) -> None:
    page = opened(browser, fresh.url, "市整改办")
    to_monday(page, "6月20日")
    press(said(page, "6月20日 周一"), "逐条看")
    drafts = said(page, "未签发前不发出")
    write(page, "为何 7")
    why = said(page, "为何提醒")
    expect(why).to_contain_text("红色督办单")
    expect(why).to_contain_text("待签发")
    press(drafts, "红 07")
    press(said(page, "拟"), "签发", exact=True)
    said(page, "已发")
    go_to(page, "市水务局 陈某")
    red = said(page, "红色督办单第")
    expect(red).to_contain_text("答复不停止督办")
    to_monday(page, "6月27日")
    go_to(page, "市整改办")
    write(page, "为何 7")
    # Five working days on it is to be named in a 通报, until the work is done.
    expect(said(page, "为何提醒")).to_contain_text("通报")
    go_to(page, "市水务局 陈某")
    write(page, "进度 7 100% 全线完工")
    said(page, "已记")
    write(page, "自查完成 7 全线完工，已通水")
    said(page, "自查完成")
    to_monday(page, "7月4日")
    to_monday(page, "7月11日")
    go_to(page, "市整改办")
    write(page, "为何 7")
    why = said(page, "为何提醒")
    expect(why).to_contain_text("已完成，停止")
    expect(why).not_to_contain_text("接下来")
    picture(page, "ladder-four-weeks")
