"""What the product reads from its own files, read once a process of tests.

The product reads lexicon, readers and catalogues once and shares them among threads, so that nothing in them changes;
tests that open an application each may share them as well. So it is with what was read of a claim, and with the base
that was indexed.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

import pytest

KEPT_BASES = 6
KEPT_READINGS = 1000


@contextmanager
def read_once() -> Iterator[None]:
    """Let a shipped file be read once, and equal claims once as well."""
    from bot.texts import Texts
    from checks import base, kept_index
    from checks.decision import DecisionModel
    from checks.figures import FigureReader
    from checks.lexicon import Lexicon
    from checks.stance import StanceReader
    from checks.tuning import DisputeTuning

    with pytest.MonkeyPatch.context() as patch:
        for kind, name in (
            (DecisionModel, "load"),
            (DisputeTuning, "load"),
            (FigureReader, "load"),
            (Lexicon, "load"),
            (StanceReader, "load"),
            (Texts, "open"),
        ):
            patch.setattr(kind, name, staticmethod(cache(getattr(kind, name))))
        patch.setattr(base, "read_claim", _kept_readings(base.read_claim))
        patch.setattr(base.IndexedBase, "of", staticmethod(_kept(base.IndexedBase.of)))
        # Found in a moment by the others of this process; the processes that tests start find what bases keep.
        patch.setattr(kept_index, "_LEAST_KEPT", 1 << 60)
        yield


def _kept_readings(read: Callable) -> Callable:
    kept = {}

    def reading(claim, lexicon):
        own, found = kept.get(claim, (None, None))
        if own is lexicon:
            return found
        if len(kept) > KEPT_READINGS:
            kept.clear()
        found = read(claim, lexicon)
        kept[claim] = lexicon, found
        return found

    return reading


def _kept(build: Callable) -> Callable:
    kept = deque(maxlen=KEPT_BASES)

    def base(claims, lexicon, tuning, readings=None):
        known = list(claims)
        for same, own, fitted, made in kept:
            if own is lexicon and fitted == tuning and same == known:
                return made
        made = build(known, lexicon, tuning, readings)
        kept.append((known, lexicon, tuning, made))
        return made

    return base
