"""The words that a message and a wording share, for people to read; jieba cuts the Chinese, loaded on first use."""

import logging
from functools import cached_property
from importlib import import_module
from typing import Any

from checks.lexicon import Analysis, Lexicon, analyse

# Words commoner than this (-log10 of their share of ordinary writing) say nothing about why a message matched.
_TELLING = 3.3
_FIRST_HAN = "\u3400"


class SharedWords:
    """Finds shared words; the dictionary takes about a second to load, once, in the thread that asks first."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Take the lexicon that the checks read with."""
        self._lexicon = lexicon

    @cached_property
    def _dictionary(self) -> Any:  # noqa: ANN401  jieba has no types
        jieba: Any = import_module("jieba")
        jieba.setLogLevel(logging.WARNING)
        dictionary = jieba.Tokenizer()
        dictionary.initialize()
        return dictionary

    def between(self, message: str, wording: str) -> tuple[str, ...]:
        """Return the telling words of `message` that `wording` has too, by word or by concept, in order, each once."""
        said, known = analyse(message, self._lexicon), analyse(wording, self._lexicon)
        named = {mention.concept for mention in known.mentions}
        meant = [said.text[m.start : m.end] for m in said.mentions if m.concept in named]
        words = self._words(known)
        alike = [word for form, word in self._spelt(said) if form in words]
        places = {word: said.text.find(word) for word in [*meant, *alike]}
        whole = [word for word in places if not any(word != other and word in other for other in places)]
        return tuple(sorted(whole, key=lambda word: places[word]))

    def _words(self, reading: Analysis) -> set[str]:
        return {form for form, _ in self._spelt(reading)}

    def _spelt(self, reading: Analysis) -> list[tuple[str, str]]:
        """Return the telling words with the form they are compared by: the stem, or the Chinese word itself."""
        rarity, stem = self._lexicon.frequencies.rarity, self._lexicon.tokenizer.stem
        pairs: list[tuple[str, str]] = []
        for word in self._dictionary.lcut(reading.text):
            if word[0] >= _FIRST_HAN:
                if len(word) > 1 and max(rarity(word[i : i + 2]) for i in range(len(word) - 1)) >= _TELLING:
                    pairs.append((word, word))
            elif word[0].isalnum() and rarity(stem(word)) >= _TELLING:
                pairs.append((stem(word), word))
        return pairs
