"""The code that a stage really uses: the import closure of its modules inside the package.

Conditions that the package keeps: methods, hosts and datasets are imported lazily by name (so that
no closure holds those it does not use) and planning is never imported by training. Dynamic imports,
data files read by code and the installed environment are not seen; the environment is recorded
with each run instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mtl.errors import MtlError
from mtl.io import sha256_file
from mtl.provenance.cache import StatCache
from mtl.provenance.source import imported_modules, source_hash

PACKAGE = "mtl"

# Modules that plan, describe, report errors or move bytes, but cannot change a number: the version
# string of the package, error texts, atomic files, what is known of methods and datasets. A change
# of what the records mean is announced by `mtl.config.identity.SCHEMA` instead.
PLUMBING = (
    "mtl",
    "mtl.errors",
    "mtl.io",
    "mtl.methods.info",
    "mtl.methods.registry",
    "mtl.data.registry",
    "mtl.config",
    "mtl.provenance",
    "mtl.cli",
    "mtl.workflow",
)
_PLUMBING_PACKAGES = ("mtl.config.", "mtl.provenance.", "mtl.cli.", "mtl.workflow.")


def is_plumbing(module: str) -> bool:
    """Whether a module stays out of every closure."""
    return module in PLUMBING or module.startswith(_PLUMBING_PACKAGES)


class CodeBase:
    """The source tree of the package, with remembered hashes and imports.

    Attributes:
        root: the folder that holds the package's folder.
    """

    def __init__(self, root: Path, cache: StatCache) -> None:
        self.root = root
        self._cache = cache
        self._closures: dict[str, dict[str, str]] = {}

    def _file(self, module: str) -> Path | None:
        base = self.root / module.replace(".", "/")
        for candidate in (base.with_suffix(".py"), base / "__init__.py"):
            if candidate.is_file():
                return candidate
        return None

    def _imports(self, module: str, path: Path) -> list[str]:
        return self._cache.get(
            "imports", path, lambda file: imported_modules(file, module, PACKAGE)
        )

    def closure(self, module: str) -> dict[str, str]:
        """Hash by file (relative to the root) of a module and all it imports from the package.

        Parent packages count too, since Python runs their `__init__` first.

        Raises:
            MtlError: when the module itself does not exist.
        """
        if module in self._closures:
            return self._closures[module]
        if self._file(module) is None:
            raise MtlError(f"{self.root}: the module {module} does not exist")
        pending, seen, hashes = [module], {module}, {}
        while pending:
            name = pending.pop()
            path = self._file(name)
            if path is None or is_plumbing(name):
                continue
            hashes[path.relative_to(self.root).as_posix()] = self._cache.get(
                "source", path, source_hash
            )
            parts = name.split(".")
            parents = [".".join(parts[:count]) for count in range(1, len(parts))]
            for found in [*parents, *self._imports(name, path)]:
                if found not in seen:
                    seen.add(found)
                    pending.append(found)
        self._closures[module] = dict(sorted(hashes.items()))
        return self._closures[module]

    def union(self, modules: Iterable[str]) -> dict[str, str]:
        """The closures of several modules together."""
        return dict(sorted(item for name in modules for item in self.closure(name).items()))

    def data_files(self, folder: str) -> dict[str, str]:
        """Hash by file of what code reads from a folder but does not import: templates, styles."""
        return {
            path.relative_to(self.root).as_posix(): self._cache.get("bytes", path, sha256_file)
            for path in sorted((self.root / folder).rglob("*"))
            if path.is_file() and path.suffix not in (".py", ".pyc")
        }

    def remember(self) -> None:
        """Write the hashes down for the next process."""
        self._cache.save()
