"""Short marks of entries, by which a form finds its entry again after the list has shifted."""

import base64
import hashlib
from collections.abc import Sequence

from claims.point_edits import LOOK_AGAIN, NO_PLACE
from config.errors import InvalidEditError
from config.faults import FieldFault

_PART = 4


def mark_of(entry: object) -> str:
    """Return eight characters that stand for an entry; equal entries have equal marks."""
    return _digest(entry, 2 * _PART)


def mark_at(entries: Sequence[object], place: int) -> str:
    """Return what stands for the entry at a place: four characters for itself, four for all others."""
    return _digest(entries[place], _PART) + _digest(_others(entries, place), _PART)


def place_now(entries: Sequence[object], place: int, mark: str) -> int:
    """Return where the entry stands that was at the place when the mark was made.

    An entry that somebody has edited since is found where all others are as they were. Raises InvalidEditError where
    it is gone, or cannot be told any more: no other entry may be changed in its stead.
    """
    itself, others = mark[:_PART], mark[_PART:]
    same = [at for at, entry in enumerate(entries) if _digest(entry, _PART) == itself]
    if place in same:
        return place
    if len(same) == 1:
        return same[0]
    if place < len(entries) and _digest(_others(entries, place), _PART) == others:
        return place
    raise InvalidEditError((FieldFault("place", NO_PLACE, LOOK_AGAIN, {"number": place + 1}),))


def _others(entries: Sequence[object], place: int) -> list[object]:
    return [*entries[:place], *entries[place + 1 :]]


def _digest(value: object, length: int) -> str:
    # Records are frozen dataclasses of plain values: what they look like is what they are.
    return base64.urlsafe_b64encode(hashlib.sha256(repr(value).encode()).digest())[:length].decode()
