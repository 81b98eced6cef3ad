from __future__ import annotations

from pathlib import Path

import pytest

from mtl.config.yaml_file import read_yaml
from mtl.errors import MtlError


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "file.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("2E+2", 200.0),
        ("-1.5e-2", -0.015),
        ("0.9", 0.9),
        ("7", 7),
        ("yes", "yes"),
        ("off", "off"),
        ("true", True),
        ("1e", "1e"),
    ],
)
def test_scalars(tmp_path: Path, text: str, value: object) -> None:
    found = read_yaml(write(tmp_path, f"key: {text}\n"), "file").content["key"]
    assert found == value
    assert type(found) is type(value)


def test_lines_are_those_of_keys_and_items(tmp_path: Path) -> None:
    document = read_yaml(write(tmp_path, "a:\n  b: 1\n  c:\n    - x\n    - y\n"), "file")
    assert document.line(("a", "b")) == 2
    assert document.line(("a", "c", 1)) == 5
    assert document.line(("a", "absent")) == 1
    assert document.where(("a", "c", 1)).endswith("file.yaml:5: a.c.1")


def test_a_merged_mapping_may_be_overridden(tmp_path: Path) -> None:
    text = "a: &a\n  x: 1\n  y: 1\nb:\n  <<: *a\n  y: 2\n"
    assert read_yaml(write(tmp_path, text), "file").content["b"] == {"x": 1, "y": 2}


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("a: 1\nb: 2\na: 3\n", r"file\.yaml:3: a: duplicate key 'a', first given in line 1"),
        ("- 1\n", r"file\.yaml:1: expected a mapping"),
        ("", r"file\.yaml:1: expected a mapping"),
        ("a: [1\nb: 2\n", r"file\.yaml:2: not valid YAML"),
        ("a: *b\n", r"file\.yaml:1: not valid YAML \(found undefined alias"),
    ],
)
def test_refused(tmp_path: Path, text: str, match: str) -> None:
    with pytest.raises(MtlError, match=match):
        read_yaml(write(tmp_path, text), "file")


def test_an_absent_file_and_other_bytes_than_text(tmp_path: Path) -> None:
    with pytest.raises(MtlError, match=r"no\.yaml: the scale does not exist"):
        read_yaml(tmp_path / "no.yaml", "scale")
    (tmp_path / "bytes.yaml").write_bytes(b"a: \xff\xfe\n")
    with pytest.raises(MtlError, match="not UTF-8"):
        read_yaml(tmp_path / "bytes.yaml", "scale")
