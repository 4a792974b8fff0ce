"""Takes the README's pictures from a running `make demo`: `.venv/bin/python docs/pictures/take.py [URL]`.

Needs Debian's chromium (tests/browser/install). Take them of a demonstration that was just reset.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

# Picture → place in the list of people.
PICTURES = {"liaison": 0, "bulletin": 2}


def take(url: str, folder: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="zh-CN", color_scheme="light")
        page.goto(f"{url}/?lang=zh")
        for name, place in PICTURES.items():
            page.locator(".person").nth(place).click()
            page.mouse.move(0, 0)
            page.wait_for_timeout(1500)
            page.screenshot(path=folder / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    take(*(sys.argv[1:] or ["http://127.0.0.1:8088"]), Path(__file__).parent)
