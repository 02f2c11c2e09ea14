"""What each server sees of the claim base, with a checker for it; servers that see the same share one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock

from checks.checker import Checker
from checks.known import KnownClaim
from checks.lexicon import Lexicon
from checks.meaning import MeaningSource
from checks.tuning import Tuning
from claims.base import ClaimBase
from claims.record import ClaimRecord


@dataclass(frozen=True, slots=True)
class View:
    """The published claims as some servers see them, and the checker that holds exactly these."""

    claims: Mapping[str, ClaimRecord]
    checker: Checker


class Views:
    """Keeps one view for each server that has asked, and reads it anew when the base has changed.

    Safe from any thread.
    """

    def __init__(self, base: ClaimBase, lexicon: Lexicon, tuning: Tuning, meaning: MeaningSource | None = None) -> None:
        self._base = base
        self._meaning = meaning
        self._lexicon = lexicon
        self._tuning = tuning
        self._lock = Lock()
        self._revision = -1
        self._views: dict[int | None, View] = {}
        self._older: tuple[View, ...] = ()

    def of(self, server: int | None) -> View:
        """Return what the server sees (None: the shared claims); reads the base only after a change."""
        revision = self._base.revision
        with self._lock:
            if revision != self._revision:
                self._older = tuple({id(view): view for view in self._views.values()}.values())
                self._views, self._revision = {}, revision
            if server not in self._views:
                self._views[server] = self._view(self._base.claims(server))
            return self._views[server]

    def _view(self, claims: Iterable[ClaimRecord]) -> View:
        visible = {claim.id: claim for claim in claims}
        known = [claim.known for claim in visible.values()]
        for view in (*self._views.values(), *self._older):
            if view.claims == visible:
                return view
            if [claim.known for claim in view.claims.values()] == known:
                return View(visible, view.checker)
        return View(visible, self._checker(known))

    def _checker(self, known: list[KnownClaim]) -> Checker:
        before = next((view.checker for view in (*self._views.values(), *self._older)), None)
        return Checker(known, self._lexicon, self._tuning, self._meaning, like=before)
