"""The figures of docs/performance.md about the page: `.venv/bin/python tests/browser/measure.py [SAMPLES]`.

Needs Debian's chromium (tests/browser/install). It starts a demonstration of its own and takes a minute or two.
"""

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
from conftest import Demo
from looking import opened, said
from playwright.sync_api import Page, Response, sync_playwright

# From the key to the frame in which the bot's answer stands in the log.
WAIT_FOR_ANSWER = """() => new Promise((done) => {
  const log = document.querySelector('.log-inner');
  const input = document.querySelector('textarea');
  const known = new Set([...log.querySelectorAll('article.turn:not(.mine)')].map((node) => node.dataset.id));
  let pressed = 0;
  input.addEventListener('keydown', () => { pressed = performance.now(); }, { once: true, capture: true });
  new MutationObserver((changes, observer) => {
    const fresh = [...log.querySelectorAll('article.turn:not(.mine)')].find((node) => !known.has(node.dataset.id));
    if (!pressed || !fresh) return;
    observer.disconnect();
    requestAnimationFrame(() => done(performance.now() - pressed));
  }).observe(log, { childList: true, subtree: true });
})"""


def answers(page: Page, texts: Sequence[str]) -> list[float]:
    """Milliseconds for each text, from Enter to its answer."""
    page.evaluate(f"void (window.ask = {WAIT_FOR_ANSWER})")
    found = []
    for text in texts:
        page.locator("textarea").first.fill(text)
        page.evaluate("void (window.answer = window.ask())")
        page.locator("textarea").first.press("Enter")
        found.append(float(page.evaluate("window.answer")))
    return found


def rank(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def weight(page: Page, url: str) -> tuple[int, int]:
    """(requests, bytes) of the page's own files."""
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # a built-in method cannot be listened with
    page.goto(url)
    page.wait_for_selector("article.turn")
    own = [len(answer.body()) for answer in answers if "/sandbox/" not in answer.url]
    return len(own), sum(own)


def main(samples: int) -> None:
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        demo = Demo(Path(folder))
        began = time.monotonic()
        demo.start()
        print(f"first start, with its month lived: {time.monotonic() - began:.1f} s")
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            page = opened(browser, demo.url)
            said(page, "本周到期 3")
            for name, texts in (
                ("a card (任务 07)", ["任务 07"] * samples),
                ("a report (进度 07 …)", [f"进度 07 62% 清淤 {n} 米" for n in range(samples)]),
            ):
                found = answers(page, texts)
                print(f"{name}: p50 {rank(found, 0.5):.0f} ms, p99 {rank(found, 0.99):.0f} ms of {samples}")
            number, size = weight(browser.new_context().new_page(), demo.url)
            print(f"page: {number} files, {size / 1000:.0f} kB")
            began = time.monotonic()
            travel = {"to": "2022-07-11T09:00:00+08:00"}
            httpx.post(f"{demo.url}/sandbox/clock/travel", json=travel, timeout=600).raise_for_status()
            print(f"four weeks: {time.monotonic() - began:.1f} s; load {os.getloadavg()[0]:.1f}")
        finally:
            browser.close()
            demo.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
