"""Questions after the truth, wherever they stand in a message."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.lexicon import Lexicon, analyse
from checks.stance import StanceReader
from checks.stance.reader import FURTHEST, QuestionReader
from checks.text import stretches_of

NO_ENCODER = "none of the fitted ones"


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load()


@pytest.fixture(scope="module")
def sureness(lexicon):
    """How surely a text asks after the truth, by its cues alone."""
    stances, questions = StanceReader.load(lexicon.folder, lexicon.tokenizer), QuestionReader.load()

    def of(text: str) -> float:
        folded = analyse(text, lexicon).text
        stretches = stretches_of(folded)
        vectors = np.zeros((len(stretches.all), 1), dtype=np.float32)
        return questions.heard(stances.scan(folded), stretches, vectors, NO_ENCODER).question

    return of


ASKING = [
    (
        "The tide turns every hour, my uncle says. I have lived inland all my life. Is that true?",
        "The tide turns every hour. I have lived inland all my life.",
    ),
    ("听说乌龟能活三百年，我奶奶讲的。这是真的吗？", "听说乌龟能活三百年，我奶奶讲的。她养过一只。"),
    ("隔壁說貓會算數，到底有沒有根據？", "隔壁說貓會算數，他家三隻都會。"),
]


@pytest.mark.parametrize(("asking", "telling"), ASKING)
def test_a_question_far_behind_the_claim_is_heard(sureness, asking, telling):
    assert sureness(asking) > sureness(telling) + 1


def test_a_question_about_something_else_is_heard_less(sureness):
    asked = sureness("the tide turns every hour. is there any truth to that?")
    other = sureness("the tide turns every hour. who wants to go for a swim?")
    assert asked > other


@given(st.text(max_size=300))
def test_any_text_has_a_sureness_within_its_bounds(sureness, text):
    assert -FURTHEST <= sureness(text) <= FURTHEST
