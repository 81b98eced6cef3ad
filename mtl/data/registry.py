"""The data sets by name: what planning and reports know of them without reading any data.

A data set is one module with `COLUMNS`, `CLASSES`, `PARTITIONS`, `check_config` and `prepare`, with
`raw_manifest` where there are real data, and one entry here. The words about a data set live here
rather than in its module, so that rewording them does not change the identity of prepared data.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from mtl.data.partitions import FURTHER
from mtl.errors import MtlError, unknown


@dataclass(frozen=True)
class DatasetInfo:
    """What is known of a data set.

    Attributes:
        name: the registry name.
        label: as tables and reports print it.
        module: the module that prepares it.
        twin: the module that generates its synthetic twin, or None.
        source_labels: what to print about the source, by "real" where there are real data and by
            "twin" where there is a twin.
        paper: authors, title and venue of the source.
        url: where the real data are described.
        terms: its licence and terms of use.
        needs_root: whether the real data are files that the user provides.
    """

    name: str
    label: str
    module: str
    twin: str | None
    source_labels: dict[str, str]
    paper: str
    url: str
    terms: str
    needs_root: bool

    @property
    def twin_name(self) -> str | None:
        """The short name of the twin, for example `faces`."""
        return self.twin.rpartition(".")[2] if self.twin else None

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the label columns."""
        return load(self.name).COLUMNS

    @property
    def classes(self) -> tuple[int, ...]:
        """The number of classes of each column."""
        return load(self.name).CLASSES

    @property
    def partitions(self) -> dict[str, Callable[[], list[dict[str, Any]]]]:
        """The ways to divide the columns into tasks, by name."""
        return {**load(self.name).PARTITIONS, **FURTHER.get(self.name, {})}


_DATASETS = {
    info.name: info
    for info in (
        DatasetInfo(
            name="celeba",
            label="CelebA",
            module="mtl.data.celeba",
            twin="mtl.data.twins.faces",
            source_labels={
                "real": "real data (CelebA, aligned and cropped)",
                "twin": "synthetic twin 'faces' (no photographs)",
            },
            paper=("Liu, Luo, Wang, Tang: Deep Learning Face Attributes in the Wild. ICCV 2015"),
            url="https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html",
            terms=(
                "Non-commercial research only; neither the images nor derived data may be "
                "redistributed. The twin holds nothing derived from the data."
            ),
            needs_root=True,
        ),
        DatasetInfo(
            name="cityscapes",
            label="Cityscapes",
            module="mtl.data.cityscapes",
            twin="mtl.data.twins.streets",
            source_labels={
                "real": "real data (Cityscapes)",
                "twin": "synthetic twin 'streets' (no photographs)",
            },
            paper=(
                "Cordts et al.: The Cityscapes Dataset for Semantic Urban Scene Understanding. "
                "CVPR 2016"
            ),
            url="https://www.cityscapes-dataset.com",
            terms=(
                "An account is needed; non-commercial use under the licence of the data set, no "
                "redistribution. The twin holds nothing derived from the data."
            ),
            needs_root=True,
        ),
        DatasetInfo(
            name="digits",
            label="Digit pairs",
            module="mtl.data.digits",
            twin=None,
            source_labels={
                "real": "real data (UCI handwritten digits as shipped with scikit-learn)"
            },
            paper=(
                "Alpaydin, Kaynak: Optical Recognition of Handwritten Digits. "
                "UCI Machine Learning Repository, 1998"
            ),
            url="https://archive.ics.uci.edu/dataset/80",
            terms="CC BY 4.0 (UCI Machine Learning Repository).",
            needs_root=False,
        ),
        DatasetInfo(
            name="faces_probe",
            label="Probe faces",
            module="mtl.data.faces_probe",
            twin="mtl.data.twins.faces_probe",
            source_labels={"twin": "synthetic twin 'faces-probe' (no photographs)"},
            paper=(
                "Labels after Ma, Zhao, Yi, Chen, Hong, Chi: Modeling Task Relationships in "
                "Multi-task Learning with Multi-gate Mixture-of-Experts. KDD 2018"
            ),
            url="https://doi.org/10.1145/3219819.3220007",
            terms="Painted by this program at every scale; it stands for no real data set.",
            needs_root=False,
        ),
        DatasetInfo(
            name="nyu",
            label="NYU-v2",
            module="mtl.data.nyu",
            twin="mtl.data.twins.rooms",
            source_labels={
                "real": "real data (NYU-v2)",
                "twin": "synthetic twin 'rooms' (no photographs)",
            },
            paper=(
                "Silberman, Hoiem, Kohli, Fergus: Indoor Segmentation and Support Inference from "
                "RGBD Images. ECCV 2012"
            ),
            url="https://cs.nyu.edu/~fergus/datasets/nyu_depth_v2.html",
            terms="None stated; cite the paper. The twin holds nothing derived from the data.",
            needs_root=True,
        ),
        DatasetInfo(
            name="pascal",
            label="PASCAL-Context",
            module="mtl.data.pascal",
            twin="mtl.data.twins.people",
            source_labels={
                "real": "real data (PASCAL-Context, five tasks)",
                "twin": "synthetic twin 'people' (no photographs)",
            },
            paper=(
                "Mottaghi et al.: The Role of Context for Object Detection and Semantic "
                "Segmentation in the Wild. CVPR 2014"
            ),
            url="https://github.com/facebookresearch/astmt",
            terms=(
                "Images from Flickr, under the terms of PASCAL VOC; the labels of ASTMT's release "
                "state none. The twin holds nothing derived from the data."
            ),
            needs_root=True,
        ),
    )
}


def available() -> list[str]:
    """The names of all data sets, sorted."""
    return sorted(_DATASETS)


def describe(name: str, where: str = "") -> DatasetInfo:
    """The entry of a data set.

    Args:
        name: the registry name.
        where: the file or field that holds it, for the message.

    Raises:
        MtlError: for an unknown data set.
    """
    if name not in _DATASETS:
        raise unknown("dataset", name, _DATASETS, where)
    return _DATASETS[name]


def load(name: str) -> ModuleType:
    """Import the module of a data set, which is light: decoders are imported when they run.

    Raises:
        MtlError: for an unknown data set.
    """
    return importlib.import_module(describe(name).module)


def load_twin(name: str) -> ModuleType:
    """Import the generator of a data set's twin.

    Raises:
        MtlError: for an unknown data set, or one without a twin.
    """
    twin = describe(name).twin
    if twin is None:
        raise MtlError(f"the dataset '{name}' has no synthetic twin; use its real data")
    return importlib.import_module(twin)


def tasks(name: str, partition: str, where: str = "") -> list[dict[str, Any]]:
    """The tasks of a data set under a named partition of its columns.

    Returns:
        One dict a task with `name`, `kind` (of `mtl.objectives.kinds`) and `columns`.

    Raises:
        MtlError: for an unknown data set or partition.
    """
    partitions = describe(name, where).partitions
    if partition not in partitions:
        raise unknown("partition", partition, partitions, where)
    return partitions[partition]()
