"""A candidate: a sentence of a document that looks like a claim that can be checked."""

from dataclasses import dataclass
from typing import Literal

from claims.form_reading import LINE

Signal = Literal["figure", "cause", "absolute"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence at `start`–`end` of the raw text of a document; `signals` say why it was picked.

    `text` is the sentence made clean; `digest` is of the raw words, so that the same passage is known again.
    """

    document: str
    start: int
    end: int
    text: str
    language: Literal["en", "zh"]
    score: int
    signals: tuple[Signal, ...]
    digest: str

    @property
    def occasion(self) -> str:
        """Return what names this candidate in a queue."""
        return f"{self.document}/{self.digest}"

    @property
    def payload(self) -> dict[str, str | int]:
        """Return what an item of the queue holds of it."""
        return {
            "title_en": self.text[:LINE] if self.language == "en" else "",
            "title_zh": self.text[:LINE] if self.language == "zh" else "",
            "text": self.text,
            "source": self.document,
            "start": self.start,
            "end": self.end,
        }
