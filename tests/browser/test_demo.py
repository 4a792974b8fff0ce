"""`make demo` as its users see it: the real bot, the demonstration plan, a real browser."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from bot.sandbox.images import plain_png

LONG = 90_000
PICTURES = os.environ.get("DUBAN_PICTURES_TO")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running demonstration, with its month lived."""
    folder = tmp_path_factory.mktemp("demo")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DUBAN_")}
    command = [sys.executable, "-m", "bot", "demo", "--no-browser", "--port", str(port)]
    with (folder / "log").open("w") as log:
        running = subprocess.Popen(command, env=clean | {"DUBAN_DATA": str(folder)}, stdout=log, stderr=log)
    try:
        ends = time.monotonic() + 180
        while not (folder / "demo" / "ready").exists():
            assert running.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < ends, (folder / "log").read_text()
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(20)


def opened(browser: Browser, url: str, persona: str = "", **options: object) -> Page:
    """The page, with a persona's chat in front."""
    given = {"viewport": {"width": 1280, "height": 800}, "locale": "zh-CN", **options}
    page = browser.new_context(**given).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(20_000)
    page.goto(url)
    if persona:
        page.get_by_role("button", name=persona).or_(page.get_by_role("option", name=persona)).or_(
            page.get_by_text(persona)
        ).first.click()
    return page


def write(page: Page, text: str) -> None:
    page.get_by_role("textbox").first.fill(text)
    page.get_by_role("textbox").first.press("Enter")


def last(page: Page, text: str) -> None:
    expect(page.get_by_text(text).last).to_be_visible(timeout=20_000)


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.wait_for_timeout(400)
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"))


def test_the_page_opens_on_the_liaisons_monday(browser: Browser, demo: str) -> None:
    page = opened(browser, demo)
    last(page, "独流减河清淤")
    last(page, "本周到期 3")
    picture(page, "liaison")


def test_a_liaison_reports_by_typing_and_takes_it_back_by_button(browser: Browser, demo: str) -> None:
    page = opened(browser, demo)
    write(page, "进度 07 62% 二标段清淤完成 1.8 公里")
    last(page, "55% → 62%")
    picture(page, "reported")
    page.get_by_role("button", name="撤回").last.click()
    last(page, "已撤回")


def test_a_liaison_sends_a_picture_as_evidence(browser: Browser, demo: str, tmp_path: Path) -> None:
    file = tmp_path / "site.png"
    file.write_bytes(plain_png(320, 200))
    page = opened(browser, demo)
    page.locator("input[type=file]").first.set_input_files(str(file))
    write(page, "佐证 31")
    last(page, "佐证 1 件")
    picture(page, "evidence")


def test_a_receipt_is_no_progress(browser: Browser, demo: str) -> None:
    page = opened(browser, demo)
    write(page, "收到")
    last(page, "收到不作为进展")


def test_the_leader_questions_a_number(browser: Browser, demo: str) -> None:
    page = opened(browser, demo, "市领导 李某")
    last(page, "整改周通报 2022年第23期")
    picture(page, "bulletin")
    page.get_by_role("button", name="看构成").last.click()
    page.get_by_role("button", name="超期 2").last.click()
    last(page, "渗滤液积存处置")
    last(page, "41 = 完成 25 + 未完成 16")
    picture(page, "composition")


def test_a_stranger_learns_nothing(browser: Browser, demo: str) -> None:
    page = opened(browser, demo, "钱某")
    write(page, "任务 12")
    last(page, "只供受邀单位使用")
    assert "入河排口整治" not in page.locator(".log").first.inner_text()


def test_the_page_works_on_a_phone_in_the_dark_and_in_english(browser: Browser, demo: str) -> None:
    page = opened(browser, demo, viewport={"width": 390, "height": 844}, color_scheme="dark", locale="en-GB")
    expect(page.get_by_text("Mr Chen, Water Authority").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    picture(page, "phone-dark-english")


def test_the_clock_is_turned_to_monday_and_the_bulletin_comes(browser: Browser, demo: str) -> None:
    came = httpx.post(f"{demo}/sandbox/clock/travel", json={"wish": "monday 09:00"}, timeout=LONG / 1000)
    assert came.status_code == 200, came.text
    page = opened(browser, demo, "市领导 李某")
    last(page, "整改周通报 2022年第24期")
    picture(page, "monday")
