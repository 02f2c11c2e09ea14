"""From a sentence of a document to a claim that is answered: one form, one click."""

import discord
import pytest

from bot.discord.editor.command import EditorCommands
from claims.documents.intake import DocumentFacts
from claims.moderation.editor import DraftBook
from claims.moderation.rights import Actor
from claims.moderation.sources import DocumentShelf
from tests.bot.discord.forms.test_forms import open_again
from tests.bot.discord.queue.test_deciding import opened
from tests.bot.discord.world import LAMP, hand_in, labels_of, prefilled, shown_by, text_of

PAPER = (
    "Some say that the quay of the harbour cannot be repaired. In fact the engineers have repaired most of it.\n"
    "The mud under the quay grows by 12% a year, because the river brings it.\n"
    "The lamp of the lighthouse draws 40 kW.\n"
)
SENTENCE = "The mud under the quay grows by 12% a year, because the river brings it."


@pytest.fixture
def chief(world) -> Actor:
    return Actor(world.chief.id, world.guild.id, can_manage_server=True)


@pytest.fixture
def paper(world, chief):
    """A document of this server's own, whose candidates wait: their numbers, by the first word."""
    moderation = world.touchstone.moderation
    facts = DocumentFacts("On the quay", "The engineers", "Harbour office", "2026-01-23", "en")
    done = moderation.shelf.add(chief, moderation.shelf.read(PAPER.encode()), facts)
    desk = moderation.candidates
    desk.add(chief, tuple(desk.across(chief, [desk.source(chief, done.document)])))
    items = moderation.queue.items(chief, kind="candidate").items
    return {item.payload["text"].split()[1]: item.id for item in items}


def claims(world) -> dict:
    own = world.touchstone.moderation.claims.all(Actor(1, world.guild.id, is_administrator=True))
    return {claim.title.first(): claim for claim in own if claim.server}


async def test_one_form_and_one_click_lead_to_the_answer_with_its_passage(world, paper):
    message = await opened(world, paper["mud"])
    form = await world.chief.click(message, label="Open as new claim")
    filled = prefilled(form)
    assert filled["title"] == SENTENCE.rstrip(".")
    assert filled["kind"] == ["context"]
    assert filled["texts"].splitlines() == [SENTENCE.rstrip("."), "The mud under the quay grows by 12% a year"]
    assert filled["text"] == SENTENCE
    assert filled["citations"] == f'on-the-quay "{SENTENCE}"'
    shown = shown_by(await hand_in(world.chief, form))
    assert "✓ The draft is there" in text_of(shown)
    assert "✓ Heard: each of its wordings is answered, said word for word." in text_of(shown)
    (claim,) = claims(world).values()
    assert [(figure.low, figure.unit) for figure in claim.figures] == [(12, "percent")]
    assert dict(claim.points[0].speaker)["en"] == "The engineers"
    await world.chief.click(shown, label="Publish")
    await world.alice.send(world.channel, "The mud under the quay grows by 12% a year, you know")
    (card,) = world.cards()
    assert "The mud under the quay" in text_of(card)


async def test_what_the_document_rejects_is_contested_by_its_own_words(world, paper):
    form = await world.chief.click(await opened(world, paper["quay"]), label="Open as new claim")
    assert prefilled(form)["kind"] == ["contested"]
    assert prefilled(form)["text"].startswith("The engineers have repaired most of it")
    await hand_in(world.chief, form, title="The quay is beyond repair")
    (claim,) = claims(world).values()
    assert (claim.title["en"], claim.points[0].role, claim.status) == ("The quay is beyond repair", "refutes", "draft")


async def test_a_few_words_are_enough_to_cite_another_sentence(world, paper):
    form = await world.chief.click(await opened(world, paper["mud"]), label="Open as new claim")
    await hand_in(world.chief, form, citations="on-the-quay engineers repaired")
    (claim,) = claims(world).values()
    (citation,) = claim.points[0].citations
    assert "engineers have repaired most of it" in PAPER[citation.start : citation.end]


async def test_faults_come_back_with_all_that_was_typed(world, paper):
    form = await world.chief.click(await opened(world, paper["mud"]), label="Open as new claim")
    done = await hand_in(world.chief, form, citations="on-the-quay dragons", title="A dragon")
    assert "does not stand in on-the-quay exactly once" in text_of(done)
    assert claims(world) == {}
    again = await world.chief.click(shown_by(done), label="Try again")
    assert prefilled(again)["title"] == "A dragon"


async def test_a_sentence_near_a_claim_becomes_its_wording_or_a_further_point(world, paper):
    message = await opened(world, paper["lamp"])
    assert labels_of(message)[:4] == ["Accept as wording", "Open as new claim", "Add as a point", "Dismiss"]
    form = await world.chief.click(message, label="Add as a point")
    assert prefilled(form)["claim"] == "lighthouse-40-kw"
    done = await hand_in(world.chief, form, role=["supports"])
    assert "✓ Taken as a point of: " in text_of(done)
    point = world.touchstone.base.claim("lighthouse-40-kw", world.guild.id).points[-1]
    assert (point.role, point.text["en"], point.date) == ("supports", f"{LAMP}.", "2026-01-23")


async def test_where_the_document_has_no_date_it_is_asked_for(world, chief):
    moderation = world.touchstone.moderation
    moderation.shelf.add(chief, moderation.shelf.read(PAPER.encode()), DocumentFacts("On the quay", language="en"))
    desk = moderation.candidates
    desk.add(chief, tuple(desk.across(chief, [desk.source(chief, "on-the-quay")])))
    items = moderation.queue.items(chief, kind="candidate").items
    (number,) = (item.id for item in items if item.payload["text"] == SENTENCE)
    form = await world.chief.click(await opened(world, number), label="Open as new claim")
    assert "date" in prefilled(form)
    await hand_in(world.chief, form, date="2026-01")
    (claim,) = claims(world).values()
    assert (claim.points[0].date, claim.kind) == ("2026-01", "context")


@pytest.mark.usefixtures("paper")
async def test_a_point_is_added_by_a_few_words_of_its_sentence(world):
    options = {"claim": "crane-built-1920", "source": "on-the-quay"}
    found = await world.chief.autocomplete(world.channel, "claims point", "words", "engineers", **options)
    assert [choice["name"] for choice in found] == ["In fact the engineers have repaired most of it."]
    form = await world.chief.slash(world.channel, "claims point", **options, words="repaired MOST")
    filled = prefilled(form)
    assert filled["text_en"] == "In fact the engineers have repaired most of it."
    assert (filled["speaker_en"], filled["date"]) == ("The engineers", "2026-01-23")
    assert filled["citations"] == 'on-the-quay "In fact the engineers have repaired most of it."'
    await hand_in(world.chief, form)
    point = world.touchstone.base.claim("crane-built-1920", world.guild.id).points[-1]
    assert PAPER[point.citations[0].start : point.citations[0].end] == filled["text_en"]


@pytest.mark.usefixtures("paper")
async def test_for_all_who_type_the_words_of_a_sentence_one_document_is_read_at_a_time(world, monkeypatch):
    (part,) = (each for each in world.env.bot.cogs.values() if isinstance(each, EditorCommands))
    plain, alone = DocumentShelf.sentences, list[bool]()

    def sentences(*given: object):
        alone.append(part.reading.locked())
        return plain(*given)

    monkeypatch.setattr(DocumentShelf, "sentences", sentences)
    options = {"claim": "crane-built-1920", "source": "on-the-quay"}
    assert await world.chief.autocomplete(world.channel, "claims point", "words", "engineers", **options)
    await world.chief.slash(world.channel, "claims point", **options, words="repaired MOST")
    assert alone == [True, True]


@pytest.mark.usefixtures("paper")
async def test_words_that_several_sentences_have_are_told(world):
    options = {"claim": "crane-built-1920", "source": "on-the-quay"}
    done = await world.chief.slash(world.channel, "claims point", **options, words="quay")
    assert "2 sentences of on-the-quay have these words." in text_of(done)
    done = await world.chief.slash(world.channel, "claims point", **options, words="zebra")
    assert "No sentence of on-the-quay has these words. Type fewer of them, or others." in text_of(done)
    assert len(world.env.errors) == 2


@pytest.mark.usefixtures("paper")
async def test_a_point_is_added_to_no_claim_while_several_have_the_typed_words(world):
    options = {"source": "on-the-quay", "words": "repaired MOST"}
    told = text_of(await world.chief.slash(world.channel, "claims point", claim="the", **options))
    assert told == "There is no such claim here. Pick one from the list."
    assert len(world.env.errors) == 1
    form = await world.chief.slash(world.channel, "claims point", claim="harbour crane", **options)
    assert prefilled(form)["text_en"].startswith("In fact the engineers")


@pytest.mark.parametrize(
    ("locale", "label"),
    [(discord.Locale.chinese, "作为论点加入"), (discord.Locale.taiwan_chinese, "作為論點加入")],
)
async def test_it_speaks_the_language_of_the_client(world, paper, in_language, locale, label):
    in_language(locale)
    assert label in labels_of(await opened(world, paper["lamp"]))


@pytest.mark.parametrize("label", ["Open as new claim", "Add as a point"])
@pytest.mark.parametrize("is_early", [False, True])
async def test_a_form_that_comes_twice_is_told_that_it_was_written(world, paper, monkeypatch, label, is_early):
    form = await world.chief.click(await opened(world, paper["lamp"]), label=label)
    await hand_in(world.chief, form)
    before = world.touchstone.base.revision
    if is_early:
        plain, asked = DraftBook.keep, []

        def keep(*given: object) -> bool:
            # The second comes before the first has been written.
            asked.append(given)
            return len(asked) == 1 or plain(*given)

        monkeypatch.setattr(DraftBook, "keep", keep)
    again = text_of(await hand_in(world.chief, open_again(form)))
    assert again.startswith("You have handed in this form before: it was written then, and only once.")
    assert world.touchstone.base.revision == before
