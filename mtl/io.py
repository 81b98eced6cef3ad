"""Files: atomic writes, canonical JSON, hashes. Standard library only."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mtl.errors import MtlError

FINGERPRINT_LENGTH = 12


def canonical_json(value: object) -> str:
    """JSON text whose bytes depend only on the value: sorted keys, shortest floats, final newline.

    Raises:
        ValueError: for NaN and infinities, which JSON cannot hold.
    """
    return json.dumps(value, sort_keys=True, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def sha256(value: object) -> str:
    """Hex digest of bytes, of text as UTF-8, or of the compact canonical JSON of anything else."""
    if isinstance(value, str):
        value = value.encode()
    elif not isinstance(value, bytes):
        value = json.dumps(
            value, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False
        ).encode()
    return hashlib.sha256(value).hexdigest()


def sha256_file(path: Path | str) -> str:
    """Hex digest of a file's bytes, read in pieces."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fingerprint(identity: object) -> str:
    """The short hash that names an identity in paths."""
    return sha256(identity)[:FINGERPRINT_LENGTH]


def read_json(path: Path | str, what: str) -> Any:
    """Parse a JSON file.

    Args:
        path: the file.
        what: what it is, for the message, for example "record".

    Raises:
        MtlError: when it is absent or not valid JSON, naming the file.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MtlError(f"{path}: the {what} does not exist") from None
    except (ValueError, UnicodeDecodeError) as error:
        raise MtlError(f"{path}: the {what} is truncated or not JSON ({error})") from None


def _explain(error: OSError, path: Path) -> MtlError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return MtlError(f"{path}: the disk is full; nothing was written. Free space and run again.")
    return MtlError(f"{path}: cannot be written ({error.strerror}); nothing was changed")


def atomic_write(path: Path | str, data: bytes | str) -> None:
    """Write a whole file or nothing: a temporary neighbour, flushed to disk, then renamed.

    The rename gives a new inode, so that a write never goes through a hard link or symbolic link
    into a cache.

    Raises:
        MtlError: when the disk is full or the folder cannot be written; the old file stays.
    """
    path = Path(path)
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".tmp-")
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        raise _explain(error, path) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_directory(path: Path | str) -> Iterator[Path]:
    """A folder that appears whole or not at all.

    Yields a temporary neighbour to fill; on success it replaces `path`, on any error it is removed
    and what was at `path` stays.

    Raises:
        MtlError: when the disk is full or the folder cannot be written.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=".tmp-"))
    except OSError as error:
        raise _explain(error, path) from error
    try:
        temporary.chmod(0o755)
        yield temporary
        if path.exists():
            retired = Path(tempfile.mkdtemp(dir=path.parent, prefix=".tmp-old-"))
            path.rename(retired / path.name)
            temporary.rename(path)
            shutil.rmtree(retired, ignore_errors=True)
        else:
            temporary.rename(path)
    except OSError as error:
        raise _explain(error, path) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
