from __future__ import annotations

import re

from mtl.render.sheet import build_sheet
from mtl.render.text import table
from tests.render import fabricate


def test_columns_stay_in_line() -> None:
    lines = table(build_sheet(fabricate.table())).splitlines()
    body = [line for line in lines if re.match(r"(Hard sharing|ETR)", line)]
    assert len(body) == 4
    assert len({line.index("±") for line in body}) == 1


def test_marks_reasons_and_banner() -> None:
    text = table(build_sheet(fabricate.table()))
    assert "SYNTHETIC DATA (twin 'faces'), scale mini" in text
    assert re.search(r"^ETR \(γ = 0\.9\) .* 72\.0 ±1\.1\* +41\.1 ±16\.4_†", text, re.MULTILINE)
    assert re.search(r"^MGDA-UB .* — a +60\.5 ±0\.7\*b", text, re.MULTILINE)
    assert "a  failed: the loss is not finite" in text
    assert re.search(r"^Single-task ⋆ .*−1\.3", text, re.MULTILINE)
    assert "Printed in the paper" in text
    assert "(1) Fewer epochs: 6 (paper: 40)." in text


def test_costs_and_check_marks() -> None:
    text = table(build_sheet(fabricate.two_groups()))
    assert re.search(r"Method +#P \(M\) +MACs \(M\) +Recall ↑ +#P \(M\) +MACs \(G\) +Recall", text)
    assert re.search(r"^Ghost +2\.99 +46\.3 +54\.0 ±5\.3 +3\.74 +0\.321 ", text, re.MULTILINE)
    assert re.search(r"^Ghost +5\.77 +46 +57\.9 ±0\.6 +7\.45 +0\.32 ", text, re.MULTILINE)
    text = table(build_sheet(fabricate.all_subsets()))
    assert re.search(r"^avg \+ conv +✓ +✓ +11\.2 +148 ", text, re.MULTILINE)
    lines = table(build_sheet(fabricate.table())).splitlines()
    header = next(line for line in lines if "#P" in line)
    assert re.match(r"Method +#P \(M\) +active +MACs \(M\) ", header)
