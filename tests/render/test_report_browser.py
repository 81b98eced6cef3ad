"""The page in a browser: headings sort, cells open their runs, modes switch, nothing complains."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.render.conftest import Report

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs chromium on the path"),
]
# The F-scores with 8 tasks; its column is the seventh of Table 4.
COLUMN = "td[data-setting=celeba8][data-metric=f_score]"
TABLE = "#faces-table_4"


@pytest.fixture(scope="module")
def opened(report: Report) -> Iterator[tuple[Page, list[str]]]:
    """The page, and everything that the browser complained of."""
    api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        tab = browser.new_page(viewport={"width": 1400, "height": 900}, color_scheme="light")
        complaints: list[str] = []
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on(
            "request",
            lambda request: (
                None if request.url.startswith("file:") else complaints.append(request.url)
            ),
        )
        tab.goto(report.path.as_uri())
        yield tab, complaints
        browser.close()


@pytest.fixture
def tab(opened: tuple[Page, list[str]]) -> Iterator[Page]:
    """The freshly loaded page; the test fails if the browser complains."""
    page, complaints = opened
    page.emulate_media(color_scheme="light", media="screen")
    page.set_viewport_size({"width": 1400, "height": 900})
    page.evaluate("localStorage.clear()")
    page.goto(page.url.partition("#")[0])
    yield page
    assert complaints == []


def heading(tab: Page, label: str) -> Locator:
    return tab.locator(f"{TABLE} th[data-sort]", has_text=label).first


def numbers(tab: Page, attribute: str = "data-value") -> list[float | None]:
    found = [cell.get_attribute(attribute) for cell in tab.locator(f"{TABLE} {COLUMN}").all()]
    return [None if value is None else float(value) for value in found]


def rows(tab: Page) -> list[str]:
    return [str(row.get_attribute("id")) for row in tab.locator(f"{TABLE} tbody > tr[id]").all()]


def test_numbers_sort_both_ways_and_back(tab: Page) -> None:
    before, button = rows(tab), heading(tab, "F-score").locator("button")
    values = numbers(tab)
    button.click()
    assert heading(tab, "F-score").get_attribute("aria-sort") == "descending"
    assert numbers(tab) == sorted(values, reverse=True) != values
    button.press("Enter")
    assert heading(tab, "F-score").get_attribute("aria-sort") == "ascending"
    assert numbers(tab) == sorted(values)
    button.press("Space")
    assert heading(tab, "F-score").get_attribute("aria-sort") is None
    assert rows(tab) == before


def test_missing_numbers_stay_last(tab: Page) -> None:
    button = heading(tab, "F-score").locator("button")
    gap = tab.locator(f"{TABLE} th[data-sort]", has_text="F-score").nth(1).locator("button")
    button.click()
    for _ in range(2):
        gap.click()
        assert rows(tab)[-1] == "faces-table_4-gradnorm"
    assert tab.locator(f"{TABLE} th[aria-sort]").count() == 1


def test_labels_sort_as_text(tab: Page) -> None:
    heading(tab, "Method").locator("button").click()
    labels = tab.locator(f"{TABLE} tbody th[scope=row]").all_inner_texts()
    assert labels == sorted(labels, key=str.casefold)


def test_printed_numbers_sort_by_what_is_shown(tab: Page) -> None:
    tab.get_by_text("Printed", exact=True).click()
    heading(tab, "F-score").locator("button").click()
    printed = numbers(tab, "data-printed")
    assert printed == [66.9, 63.0, None, None, None]
    cell = tab.locator(f"{TABLE} {COLUMN}").first
    assert not cell.locator(".ours").is_visible()
    assert cell.locator(".printed").inner_text().startswith("66.9")


@pytest.mark.parametrize(("view", "shown"), [("Reproduced", (True, False)), ("Both", (True, True))])
def test_views(tab: Page, view: str, shown: tuple[bool, bool]) -> None:
    tab.get_by_text("Printed", exact=True).click()
    tab.get_by_text(view, exact=True).click()
    cell = tab.locator(f"{TABLE} {COLUMN}").first
    assert (cell.locator(".ours").is_visible(), cell.locator(".printed").is_visible()) == shown


def test_every_number_opens_its_runs(tab: Page) -> None:
    cells = tab.locator("td.metric[data-value] summary")
    assert cells.count() > 40
    problems = tab.evaluate(
        """() => {
          const problems = [];
          const panel = document.getElementById("panel");
          for (const summary of document.querySelectorAll("td.metric[data-value] summary")) {
            summary.click();
            const links = [...panel.querySelectorAll("table.runs a")];
            const name = summary.textContent.trim();
            if (panel.hidden) problems.push(`${name}: no panel`);
            if (links.length < 5) problems.push(`${name}: ${links.length} runs`);
            for (const link of links) {
              if (!document.querySelector(link.getAttribute("href"))) problems.push(link.href);
            }
            if (!panel.querySelector(".unit-facts")) problems.push(`${name}: no facts`);
          }
          return problems;
        }"""
    )
    assert problems == []


def test_panel_shows_values_and_closes(tab: Page, report: Report) -> None:
    summary = tab.locator(f"{TABLE}-etr {COLUMN} summary")
    summary.click()
    panel = tab.locator("#panel")
    text = panel.inner_text()
    [unit] = report.project.units_for("faces", "celeba8", "etr")
    for expected in (
        "n = 5",
        unit.path.as_posix(),
        unit.data.fingerprint,
        "c0ffee",
        "torch 2.14.0",
    ):
        assert expected in text
    assert panel.locator("table.runs tbody tr").count() == 5
    tab.keyboard.press("Escape")
    assert not panel.is_visible()
    assert summary.evaluate("element => element === document.activeElement")
    summary.press("Enter")
    assert panel.is_visible()
    tab.locator("#close").click()
    assert not panel.is_visible()


def test_missing_number_opens_its_reason(tab: Page) -> None:
    tab.locator(f"{TABLE}-gradnorm td.missing summary").first.click()
    assert "not run yet" in tab.locator("#panel").inner_text()


def test_a_run_opens_the_unit_that_it_stands_in(tab: Page) -> None:
    tab.locator(f"{TABLE}-etr {COLUMN} summary").click()
    link = tab.locator("#panel table.runs a").nth(2)
    target = str(link.get_attribute("href"))
    assert not tab.locator(target).is_visible()
    link.click()
    tab.locator(target).wait_for(state="visible")
    assert tab.locator(target).locator("td").first.inner_text() == "2"


def test_dark_mode_follows_the_system_and_the_button(tab: Page) -> None:
    def background() -> str:
        return str(tab.evaluate("getComputedStyle(document.body).backgroundColor"))

    light = background()
    tab.emulate_media(color_scheme="dark")
    dark = background()
    assert light != dark
    tab.locator("#theme").click()
    assert background() == light
    tab.reload()
    assert background() == light
    tab.locator("#theme").click()
    assert background() == dark
    tab.emulate_media(color_scheme="dark", media="print")
    assert background() == "rgb(255, 255, 255)"


@pytest.mark.parametrize("width", [360, 768, 1400])
def test_no_page_is_wider_than_its_window(tab: Page, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 900})
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
