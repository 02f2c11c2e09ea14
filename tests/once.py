"""What the product reads from its own files, read once a process of tests.

The product reads lexicon, readers and catalogues once and shares them among threads, so that nothing in them changes;
tests that open an application each may share them as well. A checker is kept for the claims that it was built over.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

import pytest

KEPT_CHECKERS = 6


@contextmanager
def read_once() -> Iterator[None]:
    """Let every reading of a shipped file give back what the first one gave, and equal claims the same checker."""
    from bot import service
    from bot.texts import Texts
    from checks.base import DisputeTuning
    from checks.figures import FigureReader
    from checks.lexicon import Lexicon
    from checks.stance import StanceReader

    with pytest.MonkeyPatch.context() as patch:
        for kind, name in (
            (DisputeTuning, "load"),
            (FigureReader, "load"),
            (Lexicon, "load"),
            (StanceReader, "load"),
            (Texts, "open"),
        ):
            patch.setattr(kind, name, staticmethod(cache(getattr(kind, name))))
        patch.setattr(service, "Checker", _kept(service.Checker))
        yield


def _kept(build: Callable) -> Callable:
    kept = deque(maxlen=KEPT_CHECKERS)

    def checker(known, lexicon, tuning, meaning=None, *, like=None):
        known = list(known)
        if meaning is not None:
            return build(known, lexicon, tuning, meaning, like=like)
        for claims, own, made in kept:
            if made.lexicon is lexicon and own == tuning and claims == known:
                return made
        made = build(known, lexicon, tuning, like=like)
        kept.append((known, tuning, made))
        return made

    return checker
