"""How strong a claim is, and the wordings that are suggested for it by rule."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import cast

from checks.checker import Checker
from checks.lexicon import Lexicon
from checks.model import Guard, KnownFigure, KnownWording, Match
from claims.moderation.strength import MOST_SUGGESTED, strength_of, suggestions
from claims.record import ClaimRecord
from config.languages import ByLanguage

SAID = (
    "the old crane in the harbour was built in 1920",
    "our harbour crane dates from 1920",
    "that crane has stood at the pier since 1920",
)
LEXICON = Lexicon.load()


def claim(*texts: str, name: str = "crane") -> ClaimRecord:
    wordings = tuple(KnownWording(text, "en") for text in texts)
    title = "The harbour crane was built in 1920."
    return ClaimRecord(
        name,
        "contested",
        ByLanguage(en=title, zh="港口吊车建于1920年"),
        "",
        1,
        date(2026, 1, 5),
        None,
        wordings,
        (),
        (),
    )


def strength(of: ClaimRecord, *others: ClaimRecord):
    return strength_of(of, Checker([each.known for each in (of, *others)], LEXICON), LEXICON)


def test_a_claim_with_one_wording_has_few() -> None:
    assert strength(claim(SAID[0])).level == "few"


def test_the_counts_are_those_of_what_is_said() -> None:
    found = strength(claim(*SAID))
    assert dict(found.counts) == {"en": 3, "zh": 0}
    assert 0 < found.likeness < 1


def test_a_claim_that_says_the_same_as_another_may_be_taken_for_it() -> None:
    found = strength(claim(*SAID), claim(*SAID, name="twin"))
    assert found.near == ("twin",)
    assert found.level != "good"


def test_a_claim_that_is_only_akin_is_not_taken_for_it() -> None:
    own = SimpleNamespace(claim="crane", action="reply", score=1.0)
    akin, near = (
        Match(name, 0.9, "asserts", "", guards=(Guard("topic", passed=name == "near"),)) for name in ("akin", "near")
    )
    checker = SimpleNamespace(check=lambda _: SimpleNamespace(matches=(own, akin, near)))
    assert strength_of(claim(*SAID), cast("Checker", checker), LEXICON).near == ("near",)


def test_a_muted_claim_is_heard_by_nobody() -> None:
    assert strength(replace(claim(*SAID), muted=True)).unheard == SAID


def test_half_of_the_wordings_that_are_tried_has_to_be_heard() -> None:
    said = [f"the harbour crane was built by {number} people" for number in range(25)]
    heard = SimpleNamespace(matches=(SimpleNamespace(claim="crane", action="reply", score=1.0),))
    checker = SimpleNamespace(check=lambda text: heard if said.index(text) > 12 else SimpleNamespace(matches=()))
    found = strength_of(claim(*said), cast("Checker", checker), LEXICON)
    assert (len(found.unheard), found.level) == (7, "few")


def test_suggestions_come_from_title_and_figures_and_repeat_no_wording() -> None:
    figure = KnownFigure(12.0, 12.0, "t", "exactly", "claim", ByLanguage(en="weight of the crane", zh="吊车的重量"))
    made = list(suggestions(replace(claim("the harbour crane was built in 1920"), figures=(figure,))))
    assert made[:2] == ["港口吊车建于1920年", "weight of the crane: 12 t"]
    assert "The harbour crane was built in 1920" not in made
    assert len(made) <= MOST_SUGGESTED


def test_a_title_is_no_suggestion_beside_wordings_of_its_language_nor_is_a_figure_that_it_says() -> None:
    figure = KnownFigure(1920.0, 1920.0, "year", "exactly", "claim", ByLanguage(en="year", zh="年份"))
    said = replace(claim(*SAID), figures=(figure,))
    said = replace(said, wordings=(*said.wordings, KnownWording("吊车是1920年造的", "zh")))
    assert list(suggestions(said)) == [
        "everyone knows that the harbour crane was built in 1920",
        "听说港口吊车建于1920年",
    ]


def test_a_title_goes_on_small_behind_other_words_where_its_first_is_no_name() -> None:
    title = ByLanguage(en="Cranes need 12 men")
    assert list(suggestions(replace(claim("those cranes need a dozen men"), title=title))) == [
        "everyone knows that cranes need 12 men"
    ]
    assert list(suggestions(replace(claim("a dozen men work there"), title=ByLanguage(en="Keller has 12 men")))) == [
        "everyone knows that Keller has 12 men"
    ]
