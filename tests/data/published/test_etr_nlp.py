"""The printed numbers of ETR-NLP, typed a second time from the paper and checked by arithmetic."""

from __future__ import annotations

from pathlib import Path

import pytest

from mtl.results.published import PublishedTable, load_published

FOLDER = Path(__file__).parents[3] / "data" / "published" / "etr_nlp"

# As the page shows them: parameters | precision | recall | delta.
TABLE_3A = """
hard_sharing     11.2 | 67.7±0.8  59.8±0.3  0.0%
attentive        12.9 | 71.1±0.3  62.6±0.5  +4.9%
task_routing     11.2 | 71.7±0.1  61.7±0.5  +4.5%
maximum_roaming  11.2 | 71.2±0.4  63.0±0.6  +5.3%
etr              11.2 | 72.0±0.4  63.6±0.2  +6.4%
"""
# Parameters | precision, recall, F-score, delta with 8 tasks | the same with 40 tasks.
TABLE_4 = """
hard_sharing     11.2 | 67.7±0.8 59.8±0.3 63.0±0.2  0.0% | 70.8±0.9 60.0±0.3 64.2±0.1  0.0%
gradnorm         11.2 | 70.4±0.1 59.5±0.6 63.6±0.5 +1.5% | 70.7±0.8 60.0±0.3 64.1±0.3 -0.1%
mgda_ub          11.2 | 68.6±0.1 60.2±0.3 63.6±0.3 +1.0% | 71.8±0.9 57.4±0.3 62.3±0.2 -2.0%
attentive        12.9 | 71.1±0.3 62.6±0.5 65.9±0.2 +4.8% | 73.2±0.1 63.6±0.2 67.5±0.1 +4.8%
task_routing     11.2 | 71.7±0.1 61.7±0.5 65.5±0.3 +4.4% | 72.1±0.8 63.4±0.3 66.8±0.2 +3.9%
maximum_roaming  11.2 | 71.2±0.4 63.0±0.6 66.2±0.2 +5.2% | 73.0±0.4 63.6±0.1 67.3±0.1 +4.6%
etr_nlp           8.0 | 72.7±0.4 64.8±0.3 67.8±0.1 +7.8% | 73.2±0.2 64.8±0.3 68.1±0.1 +5.8%
"""
CASES = {
    "table_3a": (TABLE_3A, ["celeba8"], ["precision", "recall"]),
    "table_4": (TABLE_4, ["celeba8", "celeba40"], ["precision", "recall", "f_score"]),
}


def retyped(name: str) -> dict[tuple[str, str, str], tuple[str, str | None]]:
    """The second copy in the form of the file."""
    text, settings, metrics = CASES[name]
    numbers: dict[tuple[str, str, str], tuple[str, str | None]] = {}
    for line in text.strip().splitlines():
        head, *blocks = line.split("|")
        row, parameters = head.split()
        numbers[row, "", "parameters"] = (parameters, None)
        for setting, block in zip(settings, blocks, strict=True):
            *cells, delta = block.split()
            for metric, cell in zip(metrics, cells, strict=True):
                mean, std = cell.split("±")
                numbers[row, setting, metric] = (mean, std)
            numbers[row, setting, "delta_p"] = (delta.removesuffix("%"), None)
    return numbers


@pytest.fixture(params=sorted(CASES))
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def printed(name: str) -> PublishedTable:
    return load_published(FOLDER / f"{name}.csv")


def test_double_entry(name: str, printed: PublishedTable) -> None:
    stored = {key: (number.mean, number.std) for key, number in printed.numbers.items()}
    assert stored == retyped(name)


def test_header(name: str, printed: PublishedTable) -> None:
    assert (printed.header["paper"], printed.header["table"]) == ("etr_nlp", name)
    metrics = {metric for _, _, metric in printed.numbers}
    assert set(printed.header["digits"]) == set(printed.header["direction"]) == metrics
    for (_, _, metric), number in printed.numbers.items():
        assert len(number.mean.partition(".")[2]) == printed.header["digits"][metric]


def test_deltas_follow_from_the_means(name: str, printed: PublishedTable) -> None:
    """The printed delta lies in the interval that the rounding of the printed means allows."""
    _, _, metrics = CASES[name]
    half = 0.05
    for (row, setting, metric), number in printed.numbers.items():
        if metric != "delta_p" or row == printed.header["baseline"]:
            continue
        low = high = 0.0
        for column in metrics:
            own = float(printed.numbers[row, setting, column].mean)
            base = float(printed.numbers[printed.header["baseline"], setting, column].mean)
            low += ((own - half) / (base + half) - 1) / len(metrics)
            high += ((own + half) / (base - half) - 1) / len(metrics)
        assert 100 * low - half <= float(number.mean) <= 100 * high + half, (row, setting)


def test_deltas_recomputed_from_the_means_agree(name: str, printed: PublishedTable) -> None:
    """Without interval arithmetic too: no printed delta is further off than one last digit."""
    _, _, metrics = CASES[name]
    for (row, setting, metric), number in printed.numbers.items():
        if metric == "delta_p":
            ratios = [
                float(printed.numbers[row, setting, column].mean)
                / float(printed.numbers["hard_sharing", setting, column].mean)
                for column in metrics
            ]
            delta = 100 * (sum(ratios) / len(ratios) - 1)
            assert delta == pytest.approx(float(number.mean), abs=0.06), (row, setting)
