"""Read a text once: folded, cut into terms, its concepts named. Messages and wordings go through the same reading."""

from dataclasses import dataclass
from functools import cached_property

from checks.lexicon import Lexicon, Mention
from checks.text import CleanText
from checks.tokens import Token

CONCEPT_MARK = "c:"


@dataclass(frozen=True)
class Analysis:
    """A folded text with its word terms (stems, pairs of Han characters) and concept terms (`c:silver`)."""

    clean: CleanText
    words: frozenset[str]
    mentions: tuple[Mention, ...]
    lexicon: Lexicon

    @property
    def text(self) -> str:
        """Return the folded text."""
        return self.clean.text

    @cached_property
    def concepts(self) -> frozenset[str]:
        """Return the concept terms of the text."""
        return frozenset(CONCEPT_MARK + mention.concept for mention in self.mentions)

    @cached_property
    def tokens(self) -> list[Token]:
        """Return the tokens with their places; worked out only where places are asked for."""
        return self.lexicon.tokenizer.tokens(self.text)

    @cached_property
    def names(self) -> dict[str, frozenset[str]]:
        """Return the names that the text mentions, by group (`metal`, `company`, …)."""
        groups: dict[str, set[str]] = {}
        for mention in self.mentions:
            group = self.lexicon.names.get(mention.concept)
            if group:
                groups.setdefault(group, set()).add(mention.concept)
        return {group: frozenset(members) for group, members in groups.items()}


def analyse(raw: str, lexicon: Lexicon) -> Analysis:
    """Return the reading of a raw message or wording."""
    clean = lexicon.folder.clean(raw)
    return Analysis(
        clean, frozenset(lexicon.tokenizer.forms(clean.text)), tuple(lexicon.concepts.mentions(clean.text)), lexicon
    )
