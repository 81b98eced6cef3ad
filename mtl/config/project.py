"""The project: a working tree at a scale, and every run that its configuration implies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mtl.config import datasets
from mtl.config.deviations import scale_deviations
from mtl.config.diagnostics import required_diagnostics
from mtl.config.identity import (
    prepared_identity,
    run_fingerprint,
    run_identity,
    twin_identity,
)
from mtl.config.load import DEFAULT_SCALE
from mtl.config.models import Paper, RowScale, Scale, Setting, SettingScale
from mtl.config.spec import in_setting, resolve, seed_groups, starting_row
from mtl.config.units import RUNS, Prepared, RunUnit, Twin
from mtl.data import registry as data_registry
from mtl.errors import MtlError, unknown
from mtl.io import fingerprint, read_json, sha256
from mtl.methods import registry
from mtl.methods.info import MethodInfo
from mtl.objectives.kinds import KINDS
from mtl.provenance.closure import CodeBase

TRAINING = "mtl.training.run"


class Project:
    """A working tree at a scale. Make one with `mtl.config.load_project`.

    Attributes:
        root: the folder with `workflow/config`, data and results.
        scale: the chosen scale.
        full_scale: the scale with the papers' own protocol, if the project has one.
        papers: all papers by name.
        code: the package's sources.
    """

    def __init__(
        self,
        root: Path,
        scale: Scale,
        full_scale: Scale | None,
        papers: dict[str, Paper],
        code: CodeBase,
    ) -> None:
        self.root = root
        self.scale = scale
        self.full_scale = full_scale
        self.papers = papers
        self.code = code
        self._prepared: dict[tuple[str, str, str], Prepared] = {}
        self._units: dict[tuple[str, str, str], list[RunUnit]] = {}

    @property
    def products(self) -> Path:
        """The folder of tables, figures, report and summary, relative to the root."""
        return (
            Path("results")
            if self.scale.name == DEFAULT_SCALE
            else Path("results") / self.scale.name
        )

    def paper(self, name: str) -> Paper:
        """A paper by name.

        Raises:
            MtlError: for an unknown one.
        """
        if name not in self.papers:
            raise unknown("paper", name, self.papers)
        return self.papers[name]

    def twin(self, dataset: str, dials: Mapping[str, Any] | None = None) -> Twin:
        """The twin that a dataset is made from at this scale.

        Args:
            dataset: the registry name.
            dials: those that a setting sets beside the scale's.
        """
        info = data_registry.describe(dataset)
        config = {**(self.scale.datasets[dataset].twin or {}), **(dials or {})}
        identity = twin_identity(str(info.twin_name), config, self.code.closure(str(info.twin)))
        mark = fingerprint(identity)
        path = Path("data/raw/twins") / str(info.twin_name) / mark
        return Twin(str(info.twin_name), mark, identity, config, path)

    def _manifest(self, dataset: str) -> dict[str, Any]:
        """What identifies the real data, known or written before."""
        root = self.scale.datasets[dataset].root
        if root is None:
            return data_registry.load(dataset).raw_manifest()
        path = datasets.manifest_path(dataset)
        if not (self.root / path).is_file():
            raise MtlError(
                f"{path}: the manifest of the real data does not exist; make it with "
                f"`python -m mtl manifest {dataset} --root {root}` (the scale "
                f"'{self.scale.name}' uses real data; quick and mini use synthetic twins)"
            )
        return read_json(self.root / path, "manifest of the real data")

    def prepared(
        self,
        dataset: str,
        dials: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Prepared:
        """The prepared dataset that this scale implies.

        Args:
            dataset: the registry name.
            dials: those of its twin that a setting sets beside the scale's.
            options: of the preparation, those that a setting has instead of the scale's.

        Raises:
            MtlError: for an unknown dataset, or real data without a manifest.
        """
        dials, options = dict(dials or {}), dict(options or {})
        key = (dataset, sha256(dials), sha256(options))
        if key not in self._prepared:
            if dataset not in self.scale.datasets:
                raise unknown("dataset", dataset, self.scale.datasets)
            scale = self.scale.datasets[dataset]
            info = data_registry.describe(dataset)
            raw: dict[str, Any]
            if scale.source == "twin":
                twin = self.twin(dataset, dials)
                root: Path | None = twin.path
                raw = {"twin": twin.name, "fingerprint": twin.fingerprint}
            else:
                twin, root = None, Path(scale.root) if scale.root else None
                raw = {"manifest": sha256(self._manifest(dataset))}
            code = self.code.closure(info.module)
            config = {**scale.options, **options}
            identity = prepared_identity(dataset, config, raw, code)
            mark = fingerprint(identity)
            self._prepared[key] = Prepared(
                dataset=dataset,
                fingerprint=mark,
                identity=identity,
                config=config,
                dials=dials,
                options=options,
                source=scale.source,
                source_label=info.source_labels[scale.source],
                root=root,
                twin=twin,
                path=Path("data/prepared") / dataset / mark,
            )
        return self._prepared[key]

    def variants(self, dataset: str) -> list[Prepared]:
        """The prepared datasets that the settings of all papers need of a dataset.

        One for each set of dials that settings give its twin, and of options that they have at this
        scale, in the order of the settings; of a dataset that no setting uses, the scale's.

        Raises:
            MtlError: for an unknown dataset, or real data without a manifest.
        """
        own = [
            (setting.twin, self.scale.settings[name].data)
            for paper in self.papers.values()
            for name, setting in paper.settings.items()
            if setting.dataset == dataset
        ]
        made = [self.prepared(dataset, dials, options) for dials, options in own or [({}, {})]]
        return list({data.fingerprint: data for data in made}.values())

    def all_prepared(self) -> list[Prepared]:
        """The variants of every dataset of the scale."""
        return [data for dataset in self.scale.datasets for data in self.variants(dataset)]

    def units_for(self, paper: str, setting: str, row: str) -> list[RunUnit]:
        """The units of a row of a paper in a setting, in the order of their seeds.

        Raises:
            MtlError: for an unknown paper, setting or row.
        """
        key = (paper, setting, row)
        if key not in self._units:
            self._units[key] = self._make_units(self.paper(paper), setting, row)
        return self._units[key]

    def _make_units(self, paper: Paper, setting_name: str, row_name: str) -> list[RunUnit]:
        if setting_name not in paper.settings:
            raise unknown("setting", setting_name, paper.settings, paper.name)
        if row_name not in paper.rows:
            raise unknown("row", row_name, paper.rows, paper.name)
        setting = paper.settings[setting_name]
        row = in_setting(paper.rows[row_name], setting.rows.get(row_name, {}))
        info = registry.describe(row.method)
        tasks = data_registry.tasks(setting.dataset, setting.tasks)
        scale = self.scale.settings[setting_name]
        own = scale.rows.get(row_name, RowScale())
        diagnostics = required_diagnostics(paper).get((setting_name, row_name), ())
        spec = resolve(
            setting, row, info, tasks, scale, own, self._full(setting_name, row_name), diagnostics
        )
        data = self.prepared(setting.dataset, setting.twin, scale.data)
        code = self.code.union(
            (
                TRAINING,
                f"mtl.methods.{row.method}",
                f"mtl.models.{setting.host}",
                *(f"mtl.objectives.{KINDS[task['kind']]}" for task in tasks),
                *(f"mtl.diagnostics.{name}" for name in diagnostics),
            )
        )
        source = {
            "fingerprint": data.fingerprint,
            "source": data.source,
            "source_label": data.source_label,
        }
        starts = self._starts(paper, setting_name, info)
        units = []
        for seeds in seed_groups(self.scale.seeds, self.scale.seeds_together):
            start = starts.get(seeds)
            before = None if start is None else start.fingerprint
            identity = run_identity(spec, seeds, source, code, before)
            mark = run_fingerprint(identity)
            units.append(
                RunUnit(
                    dataset=setting.dataset,
                    method=row.method,
                    fingerprint=mark,
                    spec=spec,
                    seeds=seeds,
                    identity=identity,
                    path=RUNS / setting.dataset / row.method / mark,
                    data=data,
                    start=start,
                )
            )
        return units

    def _starts(
        self, paper: Paper, setting: str, info: MethodInfo
    ) -> dict[tuple[int, ...], RunUnit]:
        """By its seeds, each unit whose weights those of a method start from."""
        if not info.start_on(paper.settings[setting].host):
            return {}
        row = starting_row(paper, info)
        return {unit.seeds: unit for unit in self.units_for(paper.name, setting, row)}

    def _full(self, setting: str, row: str) -> tuple[SettingScale, RowScale] | None:
        """A row of a setting at the full scale, if there is one."""
        if self.full_scale is None or setting not in self.full_scale.settings:
            return None
        scale = self.full_scale.settings[setting]
        return scale, scale.rows.get(row, RowScale())

    def table_units(self, paper: str, table: str) -> list[RunUnit]:
        """The distinct units that a table shows."""
        spec = self._product(self.paper(paper).tables, "table", table)
        return _distinct(
            unit
            for group in spec.groups
            for row in (*spec.rows, *spec.extra_rows)
            for unit in self.units_for(paper, group.setting, row)
        )

    def figure_units(self, paper: str, figure: str) -> list[RunUnit]:
        """The distinct units that a figure shows."""
        spec = self._product(self.paper(paper).figures, "figure", figure)
        return _distinct(
            unit for setting, row in spec.pairs for unit in self.units_for(paper, setting, row)
        )

    def units(self, paper: str | None = None) -> list[RunUnit]:
        """The distinct units of all tables and figures, of one paper or of all."""
        names = list(self.papers) if paper is None else [self.paper(paper).name]
        return _distinct(
            unit
            for name in names
            for units in (
                *(self.table_units(name, table) for table in self.papers[name].tables),
                *(self.figure_units(name, figure) for figure in self.papers[name].figures),
            )
            for planned in units
            for unit in ((planned,) if planned.start is None else (planned.start, planned))
        )

    def unit(self, name: str) -> RunUnit:
        """A unit by its path, `<dataset>/<method>/<fingerprint>` or the start of its fingerprint.

        Raises:
            MtlError: when none or several match; a known configuration with another fingerprint
                means that the working tree has changed.
        """
        wanted = name.rstrip("/").removesuffix("/unit.json").removeprefix(f"{RUNS}/")
        units = self.units()
        found = [u for u in units if u.name == wanted or u.fingerprint.startswith(wanted)]
        if len(found) == 1:
            return found[0]
        if found:
            raise MtlError(
                f"'{name}' matches {len(found)} units: {', '.join(u.name for u in found)}"
            )
        raise MtlError(
            f"'{name}' is no unit of scale '{self.scale.name}': code, configuration or data have "
            "changed since it was planned, or it belongs to another scale. Run snakemake again"
        )

    def deviations(self, paper: str, name: str) -> tuple[str, ...]:
        """What a table or figure does otherwise than the paper, with what the scale changes."""
        model = self.paper(paper)
        if name in model.tables:
            table = model.tables[name]
            settings = [group.setting for group in table.groups]
            own, rows = table.deviations, (*table.rows, *table.extra_rows)
        else:
            figure = self._product(model.figures, "table or figure", name)
            settings = list(dict.fromkeys(setting for setting, _ in figure.pairs))
            own, rows = figure.deviations, figure.shown_rows
        named: list[tuple[str, Setting]] = [(s, model.settings[s]) for s in settings]
        automatic: list[str] = []
        # A study of our own has no paper to differ from.
        is_paper = bool(model.deviations)
        if is_paper and self.full_scale is not None and self.full_scale.name != self.scale.name:
            automatic = scale_deviations(self.scale, self.full_scale, named, model.rows, rows)
        return (*automatic, *model.deviations, *own)

    def _product(self, models: dict[str, Any], kind: str, name: str) -> Any:
        if name not in models:
            raise unknown(kind, name, models)
        return models[name]


def _distinct(units: Iterable[RunUnit]) -> list[RunUnit]:
    return list({unit.fingerprint: unit for unit in units}.values())
