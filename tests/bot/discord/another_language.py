"""One more language on its way through the house; `tests/test_another_language.py` makes it, and runs this where it is.

Nobody speaks it. It mixes letters of its own with Latin ones, and borrows Hungarian's place with Discord and in CLDR.
"""

import csv
import io
from datetime import date

import discord
import pytest

from bot.site import write_site
from bot.site_pages import Frame
from claims.exchange.importing import export_claims, import_claims, read_import_bytes
from claims.moderation.rights import Actor
from claims.moderation.strength import suggestions
from config.errors import SettingsError
from config.settings import load_settings
from tests.bot.discord.editor.conftest import AtDesk, menus_of
from tests.bot.discord.world import CRANE, prefilled, shown_by, text_of

SAID = "ƛaro kelwe ʔim dorun vesta"
AGAINST = "ƛun ʔest noluʔ kelwe marune"
PACK = f"""
pack: {{id: kelwesh, title: ƛaro ʔim}}
claims:
  - id: kelwe
    title: {SAID}
    wordings: [{SAID}, kelwe ƛaro vesta ʔim dorun, ʔim dorun kelwe ƛaro]
    points:
      - text: {AGAINST}
        source: ƛuneʔ harka
"""


@pytest.fixture
def touchstone(touchstone):
    """The application, after a pack in that language alone has come in."""
    incoming = read_import_bytes("kelwesh.yaml", PACK.encode(), date(2025, 6, 1))
    report = import_claims(touchstone.base, incoming, Actor.operator())
    assert report.plan.writes == 1
    return touchstone


def test_a_pack_in_it_alone_is_read_as_it_and_stands_for_the_languages_that_all_claims_have(touchstone):
    claim = touchstone.base.claim("kelwe", None)
    assert claim.title.plain == {"en": SAID, "zh": SAID, "qkw": SAID}
    assert {wording.language for wording in claim.wordings} == {"qkw"}
    assert claim.points[0].text["qkw"] == AGAINST


def test_a_message_in_it_is_known_by_its_letters_and_finds_the_claim(touchstone):
    finding = touchstone.check(f"{SAID}!")
    assert (finding.language, finding.action, finding.matches[0].claim) == ("qkw", "reply", "kelwe")
    assert touchstone.check(f"{CRANE} ʔim").language == "en"


def test_its_lexicon_has_a_denial_and_a_question_seen(touchstone):
    (denied,), (asked,) = (touchstone.check(text).matches for text in (f"{SAID}: harno!", f"hvaƛ {SAID}?"))
    assert (denied.stance, asked.stance) == ("denies", "asks")


def test_another_word_of_its_lexicon_for_the_same_concept_matches(touchstone):
    (match,) = touchstone.check("ʔargentum").matches or touchstone.check("ʔargentum ƛaro kelwe vesta ʔim dorun").matches
    assert match.claim == "kelwe"


def test_its_lexicon_makes_wordings(touchstone):
    assert f"ʔuda {SAID}" in suggestions(touchstone.base.claim("kelwe", None))


async def test_the_card_is_in_it(world):
    card = text_of(await world.card(SAID))
    assert "ʔuƛneʔ harka." in card
    assert AGAINST in card


async def test_a_client_in_it_gets_its_catalogue_and_the_form_its_field(world, in_language):
    in_language(discord.Locale.hungarian)
    desk = AtDesk(world)
    message = await desk.open("kelwe")
    assert "ʔuƛ harno" in text_of(message)
    form = await world.chief.click(message, label="ƛint")
    fields = prefilled(form)
    assert (fields["title_en"], fields["title_qkw"]) == (SAID, SAID)
    await desk.hand_in(form, title_qkw=f"{SAID} hesta")
    assert desk.claim("kelwe").title["qkw"] == f"{SAID} hesta"


async def test_an_administrator_can_choose_it_and_is_told_by_its_own_name(world):
    done = await world.chief.slash(world.channel, "touchstone language", language="qkw")
    assert text_of(done) == "In this server I now answer in Kelwesh."
    assert "ʔuƛneʔ harka." in text_of(await world.card(CRANE))


async def test_the_set_up_offers_it(world):
    role = world.guild.create_role("admin", permissions=discord.Permissions(administrator=True))
    admin = world.guild.add_member(world.env.create_user("admin"), roles=[role])
    shown = shown_by(await admin.slash(world.channel, "setup"))
    assert "Kelwesh" in [option.label for menu in menus_of(shown) for option in menu.options]


def test_a_sheet_has_its_columns_and_comes_back(touchstone):
    text = "".join(export_claims(touchstone.base, "csv"))
    row = next(row for row in csv.DictReader(io.StringIO(text)) if row["claim"] == "kelwe")
    assert row["text_qkw"] == SAID
    again = read_import_bytes("sheet.csv", text.encode(), date(2025, 6, 1))
    assert import_claims(touchstone.base, again, Actor.operator()).plan.writes == 0


def test_the_settings_take_it_and_name_it_where_they_refuse():
    assert load_settings(language="QKW").language == "qkw"
    with pytest.raises(SettingsError, match="'qkw'"):
        load_settings(language="xx")


def test_the_site_has_its_pages(touchstone, tmp_path):
    write_site(touchstone, tmp_path / "site", Frame("Harbour office"))
    assert AGAINST in (tmp_path / "site" / "qkw" / "claims" / "kelwe.html").read_text("utf-8")
