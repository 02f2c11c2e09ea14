"""How two states of a thing differ, field by field; of lists, only the entries that the other side lacks."""

from collections.abc import Sequence
from typing import Any, cast

from claims.claim_state import State
from config.faults import FieldDifference


def differences(mine: State | None, theirs: State | None) -> tuple[FieldDifference, ...]:
    """Return the fields in which the states differ, in the order of the fields."""
    mine, theirs = mine or {}, theirs or {}
    names = dict.fromkeys((*theirs, *mine))
    return tuple(
        _difference(name, mine.get(name), theirs.get(name)) for name in names if mine.get(name) != theirs.get(name)
    )


def _difference(name: str, mine: object, theirs: object) -> FieldDifference:
    if not isinstance(mine or [], list) or not isinstance(theirs or [], list):
        return FieldDifference(name, mine, theirs)
    left, right = cast("list[Any]", mine or []), cast("list[Any]", theirs or [])
    ours, others = lacking(left, right), lacking(right, left)
    # Two lists of the same entries in another order differ as a whole.
    return FieldDifference(name, ours, others) if ours or others else FieldDifference(name, left, right)


def lacking(entries: Sequence[Any], other: Sequence[Any]) -> list[Any]:
    """Return the entries that the other list does not have."""
    return [entry for entry in entries if entry not in other]
