"""Identities: everything that determines a product, as plain JSON whose hash is its fingerprint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mtl.io import fingerprint

# Raise it to make every prepared dataset and run stale on purpose, for example when the meaning of
# a record changes.
SCHEMA = 1

Identity = dict[str, Any]


def twin_identity(twin: str, config: Mapping[str, Any], code: Mapping[str, str]) -> Identity:
    """A synthetic twin's raw files: the generator, its settings and its code."""
    return {"schema": SCHEMA, "twin": twin, "config": dict(config), "code": dict(code)}


def prepared_identity(
    dataset: str, config: Mapping[str, Any], raw: Mapping[str, Any], code: Mapping[str, str]
) -> Identity:
    """A prepared dataset: its options, where the raw data come from, the reader's code.

    Args:
        dataset: the registry name.
        config: the preparation's options.
        raw: `{"twin": name, "fingerprint": ...}` or `{"manifest": hash}` of real data.
        code: hash by file of the dataset's module and what it imports.
    """
    return {
        "schema": SCHEMA,
        "dataset": dataset,
        "config": dict(config),
        "raw": dict(raw),
        "code": dict(code),
    }


def run_identity(
    spec: Mapping[str, Any],
    seeds: Sequence[int],
    data: Mapping[str, str],
    code: Mapping[str, str],
    start: str | None = None,
) -> Identity:
    """A unit of runs: the resolved spec, the seeds trained together, the data, the code.

    The seeds are part of it because float32 results depend on how many train in one process, and
    so is the fingerprint of the unit whose weights it starts from, if there is one.
    """
    return {
        "schema": SCHEMA,
        "spec": dict(spec),
        "seeds": list(seeds),
        "data": dict(data),
        "code": dict(code),
        **({} if start is None else {"start": start}),
    }


def run_fingerprint(identity: Identity) -> str:
    """The hash of a run's identity.

    The label of the data source is left out: rewording it must not retrain anything, and the data's
    own fingerprint tells the sources apart.
    """
    data = {key: value for key, value in identity["data"].items() if key != "source_label"}
    return fingerprint({**identity, "data": data})
