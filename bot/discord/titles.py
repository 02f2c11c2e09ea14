"""The titles of all claims in memory, for completing what somebody types, in either language and script."""

from collections.abc import Iterable
from dataclasses import dataclass

from checks.text import TextFolder
from claims.record import ClaimRecord


@dataclass(frozen=True, slots=True)
class _Entry:
    """A claim with its folded title and id, and its folded wordings."""

    claim: ClaimRecord
    title: str
    wordings: str


class Titles:
    """Finds claims by any part of id, title or wording."""

    def __init__(self, claims: Iterable[ClaimRecord], folder: TextFolder) -> None:
        self._folder = folder
        self._entries = [
            _Entry(
                claim,
                folder.fold(f"{claim.id} {claim.id.replace('-', ' ')} {claim.title_en} {claim.title_zh}"),
                folder.fold("\n".join(wording.text for wording in claim.wordings if not wording.negative)),
            )
            for claim in claims
        ]

    @property
    def claims(self) -> tuple[ClaimRecord, ...]:
        """Return all claims in their order."""
        return tuple(entry.claim for entry in self._entries)

    def find(self, typed: str, most: int) -> tuple[ClaimRecord, ...]:
        """Return at most so many claims with all typed words, those with the words in their title first."""
        words = self._folder.fold(typed).split()
        in_title = [entry for entry in self._entries if all(word in entry.title for word in words)]
        in_wordings = [
            entry for entry in self._entries if entry not in in_title and all(word in entry.wordings for word in words)
        ]
        return tuple(entry.claim for entry in (*in_title, *in_wordings)[:most])
