from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser

import pytest

from mtl.render import html
from mtl.render.sheet import build_sheet
from mtl.results.aggregate import TableData
from tests.render import fabricate
from tests.render.outline import Outline, outline


def document(data: TableData) -> str:
    return html.document(build_sheet(data), data.paper, data.name, "abc123")


@pytest.fixture(scope="module")
def page() -> Outline:
    return outline(document(fabricate.table()))


def test_first_line_names_the_fingerprint() -> None:
    assert document(fabricate.table()).splitlines()[0] == "<!-- fingerprint: abc123 -->"


def test_tags_are_balanced_and_ids_unique(page: Outline) -> None:
    assert page.problems == []


def test_needs_nothing_from_outside(page: Outline) -> None:
    assert page.outside == []


def test_cells_carry_their_values(page: Outline) -> None:
    cells = {(c["data-metric"], c.get("data-printed")): c for c in page.cells if "data-metric" in c}
    assert float(cells["precision", "67.7"]["data-value"]) == pytest.approx(68.0)
    assert float(cells["delta_p", "+6.4"]["data-value"]) == pytest.approx(6.35)
    assert "data-value" not in cells["delta_p", "-2.0"]


def test_panels_name_runs_and_facts() -> None:
    text = document(fabricate.table())
    for expected in (
        "results/runs/celeba/etr/", "72.033 ± 1.050 (n = 3)", "+1.23 [−0.40, +3.00]",
        "0.032; Holm-corrected 0.064 (paired t)", "0.25 (sign-flip)", "Against Hard sharing",
        "failed: the loss is not finite", "33.333", "<td>+5.850</td>", "<td>+6.850</td>",
    ):  # fmt: skip
        assert expected in text


def test_differences_of_small_numbers_keep_their_digits() -> None:
    table = fabricate.table()
    row = next(row for row in table.rows if row.id == "etr")
    small = fabricate.comparison(mean_difference=-0.00019, ci_low=-0.0004, ci_high=0.00002)
    cell = fabricate.cell("etr", "rel_err", (0.0629, 0.0627, 0.0631), comparison=small)
    row = dataclasses.replace(row, cells={**row.cells, ("celeba8", "rel_err"): cell})
    group = table.groups[0].model_copy(update={"metrics": ("rel_err",)})
    text = document(dataclasses.replace(table, rows=(row,), groups=(group,)))
    assert "−0.00019 [−0.00040, +0.00002]" in text


def test_bold_underline_and_dagger() -> None:
    text = document(fabricate.table())
    assert text.count("<b>72.0<small>") == 1
    assert text.count("<u>41.1<small>") == 1
    assert "16.4</small></u><sup>†</sup>" in text
    assert '<span class="printed best">72.0<small>' in text


def test_nasty_labels_are_text() -> None:
    class Tags(HTMLParser):
        seen: set[str] = set()  # noqa: RUF012

        def handle_starttag(self, tag: str, attrs: object) -> None:
            self.seen.add(tag)

    text = document(fabricate.with_labels(fabricate.table(), fabricate.NASTY))
    tags = Tags()
    tags.feed(text)
    assert "script" not in tags.seen
    assert outline(text).problems == []
    assert "&lt;script&gt;" in text


def test_same_bytes() -> None:
    assert document(fabricate.table()) == document(fabricate.table())


def test_deltas_of_common_seeds_only_are_not_paired_with_runs() -> None:
    data = fabricate.table()
    etr = dataclasses.replace(
        data.rows[1],
        deltas={"celeba8": dataclasses.replace(fabricate.delta(6.35), values=(6.0, 7.0))},
    )
    text = document(dataclasses.replace(data, rows=(data.rows[0], etr)))
    assert "<dt>By common seed</dt><dd>+6.000, +7.000</dd>" in text
    assert "<td>+6.000</td>" not in text


def test_costs_in_each_group_with_the_printed_ones() -> None:
    page = outline(document(fabricate.two_groups()))
    assert page.problems == []
    costs = [c for c in page.cells if c.get("class", "").startswith("cost")]
    assert [(c["data-value"], c["data-printed"], c["class"]) for c in costs[:4]] == [
        ("11195240", "11.2", "cost first"), ("148070000", "148", "cost"),
        ("14739000", "14.7", "cost first"), ("1252800000", "1.25", "cost"),
    ]  # fmt: skip
    assert not any(c["class"] == "metric first" for c in page.cells if "data-metric" in c)


def test_every_column_has_a_heading_that_sorts_it() -> None:
    """Sorting takes the cell below a heading, so the second line of headings has one a column."""
    for data in (fabricate.table(), fabricate.two_groups(), fabricate.all_subsets()):
        text = document(data)
        headings = text.split('<tr class="columns">')[1].split("</tr>")[0].count("<th ")
        row = text.split("<tbody>\n<tr id=")[1].split("\n</tr>")[0]
        cells = row.count('<th scope="row"') + len(
            re.findall(r'<td class="(?:cost|metric|fea)', row)
        )
        assert headings == cells
        upper = text.split('<tr class="groups">')[1].split("</tr>")[0]
        spans = re.findall(r'<t[hd](?: colspan="(\d+)")?', upper)
        assert sum(int(span or 1) for span in spans) == headings


def test_check_marks_are_read_aloud() -> None:
    text = document(fabricate.all_subsets())
    line = text.split('id="etr_nlp-table_s1-avg_conv_perturb"')[1].split("</tr>")[0]
    assert re.findall(r'aria-label="(yes|no)">(✓?)<', line) == [
        ("yes", "✓"), ("no", ""), ("yes", "✓"), ("no", ""), ("yes", "✓"),
    ]  # fmt: skip
