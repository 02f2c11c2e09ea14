"""A base of known claims, read and indexed: an immutable snapshot that many checks share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from checks.analysis import Analysis, analyse
from checks.dispute import Voices
from checks.index import IndexedWording
from checks.known import KnownClaim, KnownWording
from checks.lexicon import Lexicon
from checks.names import ClaimNames
from checks.scoring import Scorer
from checks.tuning import Tuning

# Titles of fewer different words count as wordings only where a claim has no other.
_LEAST_TITLE = 4


@dataclass(frozen=True, slots=True)
class ReadClaim:
    """A claim with the readings of its wordings; the titles count as wordings too."""

    claim: KnownClaim
    wordings: tuple[tuple[KnownWording, Analysis], ...]
    names: ClaimNames
    voices: Voices

    @property
    def is_sayable(self) -> bool:
        """Tell whether anything could match the claim."""
        return bool(self.voices.says)


def read_claim(claim: KnownClaim, lexicon: Lexicon) -> ReadClaim:
    """Read all wordings of a claim; wordings without any term are left out."""
    titles = _read((KnownWording(claim.title_en, "en"), KnownWording(claim.title_zh, "zh")), lexicon)
    wordings = _read(claim.wordings, lexicon)
    if any(wording.says for wording, _ in wordings):
        # "Short sale" is a heading: every mention of the words would pass for the claim.
        titles = [each for each in titles if len(each[1].words) >= _LEAST_TITLE]
    kept = (*titles, *wordings)
    says = [reading for wording, reading in kept if wording.says]
    denies = [reading for wording, reading in kept if wording.denies]
    return ReadClaim(claim, kept, ClaimNames.of(says), Voices.of(says, denies))


def _read(wordings: Iterable[KnownWording], lexicon: Lexicon) -> list[tuple[KnownWording, Analysis]]:
    read = [(wording, analyse(wording.text, lexicon)) for wording in wordings]
    return [(wording, reading) for wording, reading in read if reading.words]


class IndexedBase:
    """Claims and the scorer over their wordings; built anew on a change, from readings that are kept."""

    def __init__(self, claims: Mapping[str, ReadClaim], lexicon: Lexicon, tuning: Tuning) -> None:
        """Index the claims that have at least one positive wording."""
        self.claims: Sequence[ReadClaim] = [read for read in claims.values() if read.is_sayable]
        wordings = [
            IndexedWording(number, reading, wording.text, wording.negative)
            for number, read in enumerate(self.claims)
            for wording, reading in read.wordings
            if not wording.denies
        ]
        self.scorer = Scorer(wordings, len(self.claims), lexicon, tuning) if wordings else None

    @classmethod
    def of(cls, claims: Iterable[KnownClaim], lexicon: Lexicon, tuning: Tuning) -> "IndexedBase":
        """Read and index claims."""
        return cls({claim.id: read_claim(claim, lexicon) for claim in claims}, lexicon, tuning)
