"""The reader: what the author of a message does with a wording."""

from collections.abc import Sequence
from functools import lru_cache

from checks.stance.claim import ClaimVoice, hear
from checks.stance.evidence import Case
from checks.stance.lexicon import StanceLexicon
from checks.stance.message import ReadText, Span, read_text
from checks.stance.mood import moods_of
from checks.stance.reading import StanceReading
from checks.stance.weighing import weigh
from checks.text import MOST_CHARACTERS, TextFolder
from checks.tokens import Tokenizer

_MOST_WORDINGS = 8192
_MOST_CLAIMS = 4096


class StanceReader:
    """Reads whether a message asserts, denies or asks what a wording says; pure, and bounded by 4,000 characters."""

    def __init__(self, lexicon: StanceLexicon, tokenizer: Tokenizer) -> None:
        """Take the lexicon and the cutter of words; `load` fetches the shipped ones."""
        self._lexicon = lexicon
        self._tokenizer = tokenizer
        self._wording = lru_cache(maxsize=_MOST_WORDINGS)(self._read_wording)
        self._voice = lru_cache(maxsize=_MOST_CLAIMS)(self._hear)

    @classmethod
    def load(cls, folder: TextFolder | None = None) -> "StanceReader":
        """Return a reader with the shipped lexicon, its cues folded by `folder`."""
        return cls(StanceLexicon.load((folder or TextFolder()).fold), Tokenizer())

    def read(
        self,
        text: str,
        anchors: Sequence[Span],
        wording: str,
        quoted: Sequence[Span] = (),
        others: tuple[str, ...] = (),
    ) -> StanceReading:
        """Return what the author of folded `text` does with folded `wording`.

        Args:
            text: the message, folded; its first 4,000 characters are read.
            anchors: the spans of the words that matched; none: the words that both texts share, or else the whole text.
            wording: the wording that matched, folded.
            quoted: the spans that are somebody else's words.
            others: the claim's wordings (folded, without those that must not match), which tell what the claim itself
                negates; the reading is surer with them.
        """
        text = text[:MOST_CHARACTERS].replace("’", "'")
        anchors = [anchor for anchor in anchors if anchor[0] < len(text)] or self._shared(text, wording)
        read = read_text(text, anchors, self._lexicon.cues)
        own = self._voice((wording,))
        claim = self._voice(others).led_by(own) if others else own
        tools = (self._lexicon.opposites, self._tokenizer.forms)
        return weigh(Case(read, claim, moods_of(read), tuple(quoted), *tools))

    def _shared(self, text: str, wording: str) -> list[Span]:
        forms = set(self._tokenizer.forms(wording))
        return [(token.start, token.end) for token in self._tokenizer.tokens(text) if token.form in forms]

    def _hear(self, wordings: tuple[str, ...]) -> ClaimVoice:
        return hear([self._wording(wording) for wording in wordings], self._tokenizer.forms, self._lexicon.opposites)

    def _read_wording(self, wording: str) -> ReadText:
        return read_text(wording[:MOST_CHARACTERS], (), self._lexicon.cues)
