"""The checks under threads: what many read at once is what one reads alone."""

import random
from concurrent.futures import ThreadPoolExecutor

from checks.text import stemmer

STEMS = ["trad", "manag", "stay", "vanish", "buck", "rat", "loss", "moon", "trill", "compan"]
ENDS = ["e", "es", "ed", "ing", "ings", "ation", "ational", "ies", "ion", "ions"]
WORDS = [f"{stem}{end}" for stem in STEMS for end in ENDS]


def test_words_cut_by_many_threads_at_once_are_cut_as_by_one():
    words = WORDS * 40
    random.Random(1).shuffle(words)
    alone = stemmer()
    for _ in range(5):
        cold = stemmer()
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(cold, words))
        assert together == [alone(word) for word in words]
