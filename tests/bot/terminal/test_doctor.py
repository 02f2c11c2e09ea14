"""`touchstone doctor`: what is amiss, and how to mend it."""

import json
from datetime import date

import pytest
from sqlalchemy import update
from sqlmodel import col

from bot.discord.supervise import Identity
from claims.base import ClaimBase
from claims.moderation.editor import Editor
from claims.moderation.edits import EditTexts
from claims.moderation.rights import Actor
from claims.store.tables import Claim
from config.errors import StartError
from config.languages import ByLanguage


def states(done) -> dict[str, str]:
    return {each["part"]: each["state"] for each in json.loads(done.out)}


def test_a_sound_installation_has_nothing_wrong(call):
    done = call("doctor", "--json")
    assert done.code == 0
    found = states(done)
    assert found["Settings"] == found["Database"] == found["Lexicon"] == found["Embedder"] == "ok"
    assert found["Discord"] == "warning"


def test_documents_whose_files_nobody_has_are_nothing_amiss(call):
    (found,) = [each for each in json.loads(call("doctor", "--json").out) if each["part"] == "Documents"]
    assert found["state"] == "ok"
    assert found["says"].startswith("0 of ")
    assert "touchstone documents load PATH" in found["mend"]


def test_each_line_has_its_state_and_what_is_amiss_its_mend(call):
    done = call("doctor")
    assert "ok" in done.out
    assert "there is no token. To run in Discord, set TOUCHSTONE_DISCORD_TOKEN" in " ".join(done.out.split())


def test_a_program_reads_one_line_a_part_with_its_path_whole(call, base_address):
    lines = call("doctor").out.splitlines()
    assert [line.split()[0] for line in lines] == [each["state"] for each in json.loads(call("doctor", "--json").out)]
    assert any(line.endswith(base_address) for line in lines)


def test_in_chinese_no_blank_stands_between_sentences(call, surroundings):
    surroundings.setenv("LANG", "zh_TW.UTF-8")
    told = call("doctor").out
    assert "。" in told
    assert "。 " not in told
    assert "Decision" not in told


def test_a_faulty_setting_is_named(call, surroundings):
    surroundings.setenv("TOUCHSTONE_SIGHTING_DAYS", "soon")
    done = call("doctor")
    assert done.code == 1
    assert "TOUCHSTONE_SIGHTING_DAYS" in done.out


def test_a_misspelt_variable_is_noticed(call, surroundings):
    surroundings.setenv("TOUCHSTONE_LANGAUGE", "en")
    done = call("doctor", "--json")
    assert states(done)["Settings"] == "warning"
    assert "TOUCHSTONE_LANGAUGE" in done.out


def test_a_database_that_cannot_be_opened_is_wrong_and_its_password_unsaid(call, surroundings):
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", "postgresql://me:hunter2@127.0.0.1:1/none")
    done = call("doctor")
    assert done.code == 1
    assert "wrong" in done.out
    assert "hunter2" not in done.out + done.err


def test_a_file_that_is_no_database_is_wrong(call, surroundings, tmp_path):
    (tmp_path / "text.db").write_text("this is no database, but long enough to be read as one " * 50)
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", f"sqlite:///{tmp_path / 'text.db'}")
    done = call("doctor")
    assert done.code == 1
    assert "damaged" in done.out


def test_an_embedder_that_lacks_its_folder_is_wrong(call, surroundings):
    surroundings.setenv("TOUCHSTONE_EMBEDDER", "onnx")
    assert states(call("doctor", "--json"))["Embedder"] == "wrong"


def test_with_a_token_the_bot_and_its_intent_are_told_but_never_the_token(call, surroundings):
    surroundings.setenv("TOUCHSTONE_DISCORD_TOKEN", "very-secret")
    surroundings.setattr("bot.discord.supervise.read_identity", lambda _: Identity("Stone", 42, message_content=False))
    done = call("doctor", "--json")
    assert states(done)["Discord"] == "wrong"
    assert "Stone" in done.out
    assert "Message Content Intent" in done.out
    assert "very-secret" not in done.out + done.err


def test_a_refused_token_is_wrong(call, surroundings):
    def refuse(_token):
        raise StartError("Discord does not accept the bot's token.")

    surroundings.setenv("TOUCHSTONE_DISCORD_TOKEN", "very-secret")
    surroundings.setattr("bot.discord.supervise.read_identity", refuse)
    assert states(call("doctor", "--json"))["Discord"] == "wrong"


@pytest.mark.parametrize(
    ("variable", "value", "part"),
    [
        ("TOUCHSTONE_TUNING_FILE", "none.json", "Lexicon"),
        ("TOUCHSTONE_EMBEDDER", "onnx", "Embedder"),
        ("TOUCHSTONE_PACKS", "nowhere", "Claims"),
    ],
)
def test_what_is_wrong_is_laid_to_its_own_part_and_all_others_are_looked_at(call, surroundings, variable, value, part):
    surroundings.setenv(variable, value)
    done = call("doctor", "--json")
    assert done.code == 1
    found = states(done)
    assert [name for name, state in found.items() if state == "wrong"] == [part]
    assert {"Database", "Claims", "Documents", "Lexicon", "Embedder"} <= found.keys()


def test_what_mends_a_tuning_file_that_is_none_does_so(call, surroundings):
    surroundings.setenv("TOUCHSTONE_TUNING_FILE", "none.json")
    assert call("calibrate").err == call("check", "hi").err
    assert "Take the setting tuning_file out, and write it anew" in call("check", "hi").err


def test_packs_that_are_left_out_by_the_setting_are_told_as_that(call, surroundings):
    surroundings.setenv("TOUCHSTONE_PACKS", "none")
    (found,) = [each for each in json.loads(call("doctor", "--json").out) if each["part"] == "Claims"]
    assert found["state"] == "warning"
    assert "TOUCHSTONE_PACKS" in found["says"]


def test_a_base_without_a_pack_in_force_is_told_with_the_command_that_mends_it(call, surroundings, templates, tmp_path):
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", templates.copy("shipped", tmp_path / "own.db"))
    call("packs", "remove", "ai-economy")
    (found,) = [each for each in json.loads(call("doctor", "--json").out) if each["part"] == "Claims"]
    assert found["state"] == "wrong"
    assert "touchstone packs add NAME|FILE" in found["mend"]


def test_claims_of_no_pack_are_counted_without_an_empty_list_of_packs(call, surroundings, templates, tmp_path):
    address = templates.copy("shipped", tmp_path / "own.db")
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", address)
    with ClaimBase.open(address) as base, base.database.changing() as session:
        session.connection().execute(update(Claim).where(col(Claim.id) == "silver-h100-1.2kg").values(pack=None))
    call("packs", "remove", "ai-economy")
    (found,) = [each for each in json.loads(call("doctor", "--json").out) if each["part"] == "Claims"]
    assert found["says"].startswith("1 claim, of no pack.")


def test_shipped_claims_that_are_due_are_no_warning_until_somebody_here_has_changed_one(
    call, surroundings, templates, tmp_path
):
    address = templates.copy("shipped", tmp_path / "own.db")
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", address)
    name = "silver-h100-1.2kg"
    with ClaimBase.open(address) as base, base.database.changing() as session:
        session.connection().execute(update(Claim).where(col(Claim.id) == name).values(review_by=date(2020, 1, 1)))

    def found():
        (claims,) = [each for each in json.loads(call("doctor", "--json").out) if each["part"] == "Claims"]
        return claims

    assert name in found()["says"]
    assert (found()["state"], "touchstone packs remove ai-economy" in found()["mend"]) == ("ok", True)
    with ClaimBase.open(address) as base:
        Editor(base).edit(Actor.operator(), name, None, EditTexts(title=ByLanguage(en="A server holds 1.2 kg")))
    assert (found()["state"], "packs remove" in found()["mend"]) == ("warning", False)


def test_a_key_that_the_bot_could_not_read_is_wrong(call, surroundings, tmp_path):
    surroundings.setenv("TOUCHSTONE_DATABASE_URL", f"sqlite:///{tmp_path}/a.db")
    assert "Key of the hashes" not in call("doctor").out
    assert not (tmp_path / "touchstone.key").exists()
    (tmp_path / "touchstone.key").touch()
    done = call("doctor")
    assert done.code == 1
    assert "Key of the hashes" in done.out
    assert "is empty. Delete it" in " ".join(done.out.split())
