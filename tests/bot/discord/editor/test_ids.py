"""What ids say: they fit into Discord's 100 characters, and each is read by one kind of item only."""

from datetime import date

import pytest

from bot.discord.app import create_bot
from bot.discord.editor.entries import draw_entries, draw_entry, draw_question
from bot.discord.editor.screen import (
    LIST_NAMES,
    OPEN_EDITOR,
    ClaimScreen,
    draw_claim,
    draw_shared_question,
)
from bot.discord.editor.wordings import draw_wordings
from bot.discord.forms import MINE, PREFIX, FormName
from bot.discord.routes import Router
from bot.texts import Texts
from checks.model import KnownFigure, KnownWording
from claims.moderation.editor import ClaimSight
from claims.moderation.edits import place_now
from claims.record import CitationRecord, ClaimRecord, PointRecord, fingerprint_at
from config.errors import InvalidEditError
from config.languages import ByLanguage
from config.settings import Settings

POINT = PointRecord("refutes", ByLanguage(en="A", zh="甲"), "2025", ByLanguage(en="Text", zh="文"), ())
FIGURE = KnownFigure(1, 1, "kW")
LONGEST = "a" * 64


def sight(status="published") -> ClaimScreen:
    day = date(2025, 1, 1)
    wordings = tuple(KnownWording(f"wording {n}", "en") for n in range(50))
    claim = ClaimRecord(
        LONGEST, "contested", ByLanguage(en="Title", zh="标题"), "p", 99999, day, day, wordings, (FIGURE,) * 40,
        (POINT,) * 20, status, 1, True, None, "1", True, 0.5,
    )  # fmt: skip
    return ClaimScreen(ClaimSight(claim, "version", 0.5, False), {}, {}, day)


def views():
    texts, seen = Texts.open("en"), sight()
    yield from (draw_claim(sight(status), texts) for status in ("draft", "published", "withdrawn"))
    yield draw_shared_question(seen, texts)
    yield from (draw_wordings(seen.claim, name, 1, texts) for name in LIST_NAMES)
    for part, last in (("points", 19), ("figs", 39)):
        yield draw_entries(seen, part, texts)
        yield draw_entry(seen, part, last, texts)
        yield draw_question(seen, part, last, texts)


async def test_every_id_fits_and_is_read_by_one_kind_of_item():
    router = next(part for part in create_bot(Settings(shard_count=1)).parts if isinstance(part, Router))
    ids = {item.custom_id for view in views() for item in view.walk_children() if hasattr(item, "custom_id")}
    ids.add(OPEN_EDITOR.id(claim=LONGEST))
    assert len(ids) > 40
    for custom_id in ids:
        assert len(custom_id) <= 100, custom_id
        assert len([each for each in router.routes if each.read(custom_id) is not None]) == 1, custom_id


@pytest.mark.parametrize(
    "name",
    [
        FormName("texts", (LONGEST,), "99999o"),
        FormName("wlist", (LONGEST, "denials_en"), "99999o"),
        FormName("ptext", (LONGEST, "19", "AAAABBBB"), "99999o"),
        FormName("figure", (LONGEST, "39", "AAAABBBB"), "99999o"),
        FormName("cutoff", (LONGEST,), "0.123456"),
    ],
)
async def test_every_form_and_its_conflict_fit(name):
    assert len(f"{PREFIX}{name}") <= 100
    assert len(MINE.id(name=str(name))) <= 100


@pytest.mark.parametrize(
    ("now", "place"),
    [
        ("abc", 1),
        ("bc", 0),
        ("xabc", 2),
        ("aXc", 1),
    ],
)
def test_an_entry_is_found_again_wherever_it_is_told_for_certain(now, place):
    assert place_now(now, 1, fingerprint_at("abc", 1)) == place


@pytest.mark.parametrize("now", ["ac", "aXd", "a", "xaBc"])
def test_an_entry_that_cannot_be_told_is_no_other_one(now):
    with pytest.raises(InvalidEditError, match="no number 2"):
        place_now(now, 1, fingerprint_at("abc", 1))


def test_buttons_drawn_before_texts_stood_by_language_still_find_their_entry():
    cited = (CitationRecord("doc", 0, 4, "ab"),)
    point = PointRecord("refutes", ByLanguage(en="A", zh="甲"), "2025", ByLanguage(en="Text", zh="文"), cited, ("3",))
    figure = KnownFigure(2, 3, "MW", "range", "claim", ByLanguage(en="the island", zh="整座岛"))
    assert (fingerprint_at((point,), 0), fingerprint_at((figure,), 0)) == ("atIGT1PN", "jByHT1PN")
