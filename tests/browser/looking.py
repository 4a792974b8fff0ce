"""What a person does in the page, and pictures of what they see (DUBAN_PICTURES_TO: where to; nowhere without it)."""

import os
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

PICTURES = os.environ.get("DUBAN_PICTURES_TO")
LARGEST = 200_000  # bytes of a picture
PATIENCE = 20_000


def opened(browser: Browser, url: str, persona: str = "", **options: object) -> Page:
    """The page, with a persona's chat in front."""
    given = {"viewport": {"width": 1280, "height": 800}, "locale": "zh-CN", **options}
    page = browser.new_context(**given).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(PATIENCE)
    page.goto(url)
    if persona:
        page.locator(".person").filter(has=page.locator(".person-name", has_text=persona)).first.click()
    # On a phone the chat is behind the list of people.
    expect(page.locator("article.turn, .empty").last).to_be_attached()
    return page


def write(page: Page, text: str) -> None:
    page.locator("textarea").first.fill(text)
    page.locator("textarea").first.press("Enter")


def said(page: Page, text: str) -> Locator:
    """The newest message with these words, once it is there."""
    found = page.locator(".pane").first.locator("article.turn:not(.mine)", has_text=text).last
    expect(found).to_be_visible(timeout=PATIENCE)
    return found


def ask(page: Page, text: str) -> Locator:
    """Writes, and finds the bot's next message."""
    told = page.locator(".pane").first.locator("article.turn:not(.mine)")
    before = told.last.get_attribute("data-id")
    write(page, text)
    expect(told.last).not_to_have_attribute("data-id", before or "", timeout=PATIENCE)
    return told.last


def press(message: Locator, label: str, *, exact: bool = False) -> None:
    message.get_by_role("button", name=label, exact=exact).last.click()


def picture(page: Page, name: str) -> None:
    if PICTURES is None:
        return
    page.mouse.move(2, 2)
    expect(page.locator(".toast")).to_have_count(0)
    page.wait_for_timeout(500)
    file = Path(PICTURES) / f"{name}.png"
    page.screenshot(path=file)
    with Image.open(file) as taken:
        taken.convert("RGB").save(file, optimize=True)
        if file.stat().st_size > LARGEST:
            taken.convert("RGB").quantize(256, Image.Quantize.MEDIANCUT, kmeans=2).save(file, optimize=True)
