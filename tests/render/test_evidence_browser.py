"""The pages beside the report in a browser: they link, filter, open, and complain of nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mtl.render.agreement import write_agreement
from mtl.render.audit import write_audit
from mtl.render.claims import write_claims
from mtl.render.page import EVIDENCE
from mtl.render.report import write_report
from tests.render import fabricate_evidence as fabricate
from tests.render.conftest import Report

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs chromium on the path"),
]


@dataclass
class Browser:
    """A tab, where the pages are, and what the browser complained of."""

    tab: Page
    products: Path
    complaints: list[str]

    def open(self, name: str) -> Page:
        self.tab.goto((self.products / name / f"{name}.html").as_uri())
        return self.tab


@pytest.fixture(scope="module")
def opened(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    products = tmp_path_factory.mktemp("products")
    write_report(report.project, products / "report", "abc123", allow_missing=True)
    write_audit(fabricate.findings(), products / "audit", "abc123")
    write_claims(fabricate.claims(), "mini", products / "claims", "abc123")
    write_agreement([fabricate.agreement()], products / "agreement", "abc123")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        tab = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light")
        complaints: list[str] = []
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("requestfailed", lambda request: complaints.append(request.url))
        yield Browser(tab, products, complaints)
        browser.close()


@pytest.fixture
def browser(opened: Browser) -> Iterator[Browser]:
    """The browser as at first; the test fails if it complains."""
    opened.tab.emulate_media(color_scheme="light", media="screen")
    opened.tab.set_viewport_size({"width": 1280, "height": 900})
    yield opened
    assert opened.complaints == []


@pytest.mark.parametrize("name", EVIDENCE)
def test_report_leads_to_each_page_and_back(browser: Browser, name: str) -> None:
    tab = browser.tab
    tab.goto((browser.products / "report" / "index.html").as_uri())
    tab.locator(f".card a[href^='../{name}/']").first.click()
    assert tab.url == (browser.products / name / f"{name}.html").as_uri()
    current = tab.locator("nav a[aria-current=page]").inner_text()
    assert current == EVIDENCE[name][0]
    tab.locator("footer a").last.click()
    assert tab.locator("h1").inner_text() == "MTL Tables"


def test_checks_are_filtered_by_verdict(browser: Browser) -> None:
    tab = browser.open("audit")

    def shown() -> int:
        return sum(check.is_visible() for check in tab.locator("details.check").all())

    assert shown() == 4
    for label, number in (("Notable", 2), ("Inconsistent", 1), ("Undecidable", 1), ("All", 4)):
        tab.locator(".filter").get_by_text(label, exact=True).click()
        assert shown() == number
        expected = "" if label == "All" else f"{number} of 4 checks"
        assert tab.locator(".filter-count").inner_text() == expected
    tab.locator(".filter").get_by_text("Inconsistent", exact=True).click()
    headings = [h.inner_text() for h in tab.locator("#checks h3").all() if h.is_visible()]
    assert headings == ["InterroGate"]


def test_filter_works_with_the_keyboard(browser: Browser) -> None:
    tab = browser.open("audit")
    tab.locator(".filter input").first.focus()
    tab.keyboard.press("ArrowRight")
    assert tab.locator(".filter-count").inner_text() == "2 of 4 checks"


def test_a_claim_of_the_scorecard_opens_its_evidence(browser: Browser) -> None:
    tab = browser.open("claims")
    claim = tab.locator("#claim-etr_nlp-best_celeba40")
    assert claim.get_attribute("open") is None
    tab.locator("a[href='#claim-etr_nlp-best_celeba40']").click()
    claim.locator("blockquote").wait_for(state="visible")
    assert "Attentive hard sharing" in claim.inner_text()
    tab.wait_for_function(
        """() => {
          const claim = document.getElementById("claim-etr_nlp-best_celeba40");
          return claim.getBoundingClientRect().top < innerHeight;
        }"""
    )
    # The same from outside, as a link in a mail would do.
    tab.goto("about:blank")
    tab.goto((browser.products / "claims/claims.html").as_uri() + "#claim-etr_nlp-gamma")
    tab.locator("#claim-etr_nlp-gamma blockquote").wait_for(state="visible")


def test_a_finding_is_reached_by_its_address(browser: Browser) -> None:
    browser.open("audit")
    address = (browser.products / "audit/audit.html").as_uri()
    browser.tab.goto("about:blank")
    browser.tab.goto(f"{address}#etr_nlp-table_4-f_score-celeba40-f_score")
    row = browser.tab.locator("#etr_nlp-table_4-f_score-celeba40-f_score td.n").first
    row.wait_for(state="visible")
    assert row.inner_text() == "68.1"


@pytest.mark.parametrize("name", EVIDENCE)
def test_dark_mode_and_print(browser: Browser, name: str) -> None:
    tab = browser.open(name)

    def style(element: str, what: str) -> str:
        return str(tab.locator(element).first.evaluate(f"e => getComputedStyle(e).{what}"))

    light = style("body", "backgroundColor")
    tab.emulate_media(color_scheme="dark")
    assert style("body", "backgroundColor") != light
    tab.locator("#theme").click()
    assert style("body", "backgroundColor") == light
    tab.evaluate("localStorage.clear()")
    tab.emulate_media(media="print")
    assert style("body", "backgroundColor") == "rgb(255, 255, 255)"
    assert style(".bar", "display") == "none"


def test_verdicts_have_their_colours(browser: Browser) -> None:
    tab = browser.open("claims")

    def fill(selector: str) -> str:
        return str(tab.locator(selector).first.evaluate("e => getComputedStyle(e).fill"))

    assert fill(".scorecard svg.v-yes:not(.hollow) .shape") == "rgb(0, 114, 178)"
    assert fill(".scorecard svg.v-no:not(.hollow) .shape") == "rgb(213, 94, 0)"
    assert fill(".scorecard svg.v-yes.hollow .shape") == "rgb(255, 255, 255)"


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("name", EVIDENCE)
def test_no_page_is_wider_than_its_window(browser: Browser, name: str, width: int) -> None:
    tab = browser.open(name)
    tab.set_viewport_size({"width": width, "height": 900})
    tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
