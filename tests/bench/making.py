"""Make claim bases of any size, and chat to hold against them, from the lexicon's own words."""

import random
from dataclasses import dataclass
from itertools import pairwise

from checks.lexicon import Lexicon
from checks.model import KnownClaim, KnownWording
from config.languages import ByLanguage

CLAIMS_SEED, CHAT_SEED = 1, 2
_EVERYDAY = 3_000
_RARE = 20_000
# Claims are about few things out of many: their words come from this share of the rare ones, those of chat from all.
_TOPICS = 0.2
_CLAIMS_IN_CHAT = 0.03


@dataclass(frozen=True)
class Words:
    """Words to make sentences of, everyday ones and rare ones, in both languages."""

    everyday: dict[str, list[str]]
    rare: dict[str, list[str]]
    topics: dict[str, list[str]]

    @classmethod
    def of(cls, lexicon: Lexicon) -> "Words":
        """Sort the lexicon's tokens by language and by how common they are."""
        tokens: dict[str, list[str]] = {"en": [], "zh": []}
        for token in lexicon.frequencies.tokens():
            if token[0] >= "\u3400":
                if len(token) == 2:
                    tokens["zh"].append(token)
            elif token.isalpha() and len(token) > 1:
                tokens["en"].append(token)
        everyday = {language: each[:_EVERYDAY] for language, each in tokens.items()}
        rare = {language: each[_EVERYDAY:_RARE] for language, each in tokens.items()}
        topics = {language: each[:: round(1 / _TOPICS)] for language, each in rare.items()}
        return cls(everyday, rare, topics)

    def sentence(self, chance: random.Random, language: str, length: int, rare: float) -> str:
        """Return `length` words, of which a share of `rare` are rare ones."""
        words = [
            chance.choice(self.rare[language] if chance.random() < rare else self.everyday[language])
            for _ in range(length)
        ]
        return (" " if language == "en" else "").join(words)


def make_claims(words: Words, claims: int, wordings: int, seed: int = CLAIMS_SEED) -> list[KnownClaim]:
    """Return `claims` claims with `wordings` wordings each, half Chinese, that vary on the claim's own rare words."""
    chance = random.Random(seed)
    made = [_claim(words, chance, number, wordings) for number in range(claims)]
    assert all(one.id != other.id for one, other in pairwise(made))
    return made


def _claim(words: Words, chance: random.Random, number: int, wordings: int) -> KnownClaim:
    own = {language: [chance.choice(words.topics[language]) for _ in range(6)] for language in ("en", "zh")}

    def wording(language: str) -> KnownWording:
        middle = words.sentence(chance, language, chance.randint(3, 6), 0.1)
        parts = [*chance.sample(own[language], 3), middle, *chance.sample(own[language], 2)]
        return KnownWording((" " if language == "en" else "").join(parts), "en" if language == "en" else "zh")

    made = tuple(wording("zh" if turn % 2 else "en") for turn in range(wordings))
    return KnownClaim(f"claim-{number}", "contested", ByLanguage(en=made[0].text, zh=made[-1].text), made)


def make_chat(words: Words, claims: list[KnownClaim], messages: int, seed: int = CHAT_SEED) -> list[str]:
    """Return chat in two languages, of which three in a hundred say one of the claims in somewhat other words."""
    chance = random.Random(seed)
    chat: list[str] = []
    for _ in range(messages):
        language = chance.choice(("en", "zh"))
        text = words.sentence(chance, language, chance.randint(5, 25), 0.08)
        if chance.random() < _CLAIMS_IN_CHAT:
            text = f"{chance.choice(chance.choice(claims).wordings).text}, {text[:40]}"
        chat.append(text)
    return chat
