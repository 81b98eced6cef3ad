"""The errors that a user can cause, with messages that say what to do about them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class MtlError(Exception):
    """A condition that the user can mend: bad configuration, missing or corrupt files, a full disk.

    The command line prints its message without a traceback and exits with status 1.
    """


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """The valid name most like `name`, or None when none is close.

    Case is ignored, so that `Mini` finds `mini`.
    """
    by_folded = {candidate.casefold(): candidate for candidate in valid}
    matches = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.5)
    return by_folded[matches[0]] if matches else None


def unknown(kind: str, name: object, valid: Iterable[str], where: str = "") -> MtlError:
    """The error for a name that is not among the valid ones.

    Args:
        kind: what is being named, for example "method".
        name: what was found.
        valid: every name that would have been accepted.
        where: the file or field that holds the name.
    """
    names = sorted(valid)
    suggestion = nearest(str(name), names)
    hint = f" Did you mean '{suggestion}'?" if suggestion else ""
    place = f"{where}: " if where else ""
    return MtlError(
        f"{place}unknown {kind} '{name}'; expected one of {', '.join(names) or 'none'}.{hint}"
    )
