"""Editing a claim: checked, cleaned and written with its revision; of two at once, the second is asked."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.answering.answers import AnswerBook
from claims.base import ClaimBase
from claims.moderation.digest import ActivityBook
from claims.moderation.editor import Editor, NewClaim
from claims.moderation.edits import AddWording, EditPoint, EditTexts, EditWordings, RemovePoint, SetStatus
from claims.moderation.history import History, Undoing
from claims.moderation.queue import Queue
from claims.moderation.reports import FeedbackBook
from claims.record import merge_states
from config.errors import ConflictError, InvalidEditError, UnknownClaimError
from tests.claims.conftest import KEY
from tests.claims.people import CLAIM, HERE, MEMBER, MODERATOR, OPERATOR, SECOND, THERE, settled


@pytest.fixture
def base(any_base: ClaimBase, tmp_path: Path) -> ClaimBase:
    return settled(any_base, tmp_path)


@pytest.fixture
def editor(base: ClaimBase) -> Editor:
    return Editor(base)


def test_the_first_edit_of_a_shared_claim_makes_a_version_of_the_servers_own(base: ClaimBase, editor: Editor) -> None:
    edited = editor.edit(MODERATOR, CLAIM, "1", EditTexts(title={"en": "  Our \u200b title\n"}), "clearer")
    assert edited.claim == base.claim(CLAIM, HERE)
    assert edited.revision == base.revision
    assert (edited.claim.title["en"], edited.claim.title["zh"], edited.claim.edited_by) == (
        "Our title",
        f"关于{CLAIM}",
        str(MODERATOR.user_id),
    )
    assert edited.claim.wordings == base.claim(CLAIM).wordings
    assert base.claim(CLAIM, THERE) == base.claim(CLAIM)
    assert [claim.id for claim in base.claims(HERE)] == [claim.id for claim in base.claims()]


def test_the_revision_says_who_when_why_and_what(base: ClaimBase, editor: Editor) -> None:
    editor.edit(MODERATOR, CLAIM, None, EditTexts(title={"en": "Ours"}), "clearer")
    (newest,) = History(base).page(MODERATOR, most=1).entries
    assert (newest.actor, newest.act, newest.reason, newest.at) == ("20", "claim.edit", "clearer", base.clock())
    (change,) = newest.changes
    assert change.before is not None
    assert change.after is not None
    assert (change.before["title"]["en"], change.after["title"]["en"]) == (f"About {CLAIM}", "Ours")


def test_an_edit_that_changes_nothing_writes_nothing(base: ClaimBase, editor: Editor) -> None:
    before = base.revision
    edited = editor.edit(MODERATOR, CLAIM, None, EditTexts(title={"en": f"About {CLAIM} "}))
    assert (edited.changed, edited.revision, base.revision) == (False, before, before)


def test_the_second_of_two_moderators_is_shown_both_versions(editor: Editor) -> None:
    seen = editor.edit(MODERATOR, CLAIM, None, EditTexts(kind="outlook")).claim
    assert seen is not None
    editor.edit(MODERATOR, CLAIM, seen.version_tag, EditTexts(title={"en": "First", "zh": "先"}))
    late = EditTexts(title={"en": "Second", "zh": "先"})
    with pytest.raises(ConflictError, match="title_en") as caught:
        editor.edit(SECOND, CLAIM, seen.version_tag, late)
    (difference,) = caught.value.fields
    assert (difference.field, difference.mine, difference.theirs) == ("title_en", "Second", "First")
    assert caught.value.mine == late
    kept = editor.edit(SECOND, CLAIM, caught.value.current, late).claim
    assert kept is not None
    assert (kept.title["en"], kept.kind) == ("Second", "outlook")


def test_a_conflict_in_a_list_shows_only_what_differs(editor: Editor) -> None:
    editor.edit(MODERATOR, CLAIM, "1", AddWording("theirs"))
    with pytest.raises(ConflictError) as caught:
        editor.edit(SECOND, CLAIM, "1", EditWordings({"not_en": "mine"}))
    (difference,) = caught.value.fields
    assert [wording["text"] for wording in difference.mine] == ["mine"]  # type: ignore[attr-defined]
    assert [w["text"] for w in difference.theirs] == [f"never match this for {CLAIM}"]  # type: ignore[attr-defined]


def test_changes_to_different_fields_are_merged(editor: Editor) -> None:
    editor.edit(MODERATOR, CLAIM, "1", EditTexts(kind="outlook", as_of="2026-01-02"))
    kept = editor.edit(SECOND, CLAIM, "1", EditTexts({"en": "Mine"}, "contested", None, "2027-01-31")).claim
    assert kept is not None
    assert (kept.title["en"], kept.kind, str(kept.as_of), str(kept.review_by)) == (
        "Mine",
        "outlook",
        "2026-01-02",
        "2027-01-31",
    )


def test_only_what_both_have_changed_is_asked_and_the_rest_of_theirs_stays(editor: Editor) -> None:
    editor.edit(MODERATOR, CLAIM, "1", EditTexts({"en": "Theirs"}, kind="outlook"))
    editor.edit(MODERATOR, CLAIM, None, AddWording("one of theirs"))
    mine = EditTexts({"en": "Mine"}, "contested", None, "2027-01-31")
    with pytest.raises(ConflictError) as caught:
        editor.edit(SECOND, CLAIM, "1", mine)
    assert [(each.field, each.mine, each.theirs) for each in caught.value.fields] == [("title_en", "Mine", "Theirs")]
    kept = editor.edit(SECOND, CLAIM, caught.value.current, mine).claim
    assert kept is not None
    assert (kept.title["en"], kept.kind, str(kept.review_by)) == ("Mine", "outlook", "2027-01-31")
    assert "one of theirs" in str(kept.wordings)


def test_points_and_new_wordings_of_two_people_both_stand(editor: Editor) -> None:
    seen = editor.edit(MODERATOR, CLAIM, None, EditTexts(kind="context")).claim
    assert seen is not None
    editor.edit(MODERATOR, CLAIM, seen.version_tag, AddWording("theirs"))
    source = seen.points[0].citations[0].document
    point = EditPoint(role="context", speaker={"en": "A"}, date="2024", text={"en": "A new point."}, citations=source)
    editor.edit(MODERATOR, CLAIM, None, point)
    kept = editor.edit(SECOND, CLAIM, seen.version_tag, EditPoint(0, text={"en": "The first one, rewritten."})).claim
    assert kept is not None
    assert next(each.text["en"] for each in kept.points) == "The first one, rewritten."
    assert [each.text["en"] for each in kept.points][-1] == "A new point."
    kept = editor.edit(SECOND, CLAIM, seen.version_tag, AddWording("mine")).claim
    assert kept is not None
    assert {"theirs", "mine"} <= {each.text for each in kept.wordings}


def test_a_status_is_set_only_on_what_was_seen(editor: Editor) -> None:
    editor.edit(MODERATOR, CLAIM, "1", EditTexts({"en": "Theirs"}))
    with pytest.raises(ConflictError):
        editor.edit(SECOND, CLAIM, "1", SetStatus("withdrawn"))


def test_a_version_that_nobody_knows_is_compared_as_a_whole(editor: Editor) -> None:
    editor.edit(MODERATOR, CLAIM, None, EditTexts({"en": "Theirs"}))
    for forged in ("99", "99o", "x", "-1", "1o"):
        with pytest.raises(ConflictError):
            editor.edit(SECOND, CLAIM, forged, EditTexts({"en": "Mine"}))


@given(
    st.lists(st.sampled_from("abcdef"), unique=True),
    st.lists(st.sampled_from("abcdefgh"), unique=True),
    st.lists(st.sampled_from("abcdefij"), unique=True),
)
def test_a_merge_loses_no_entry_of_either_side(old: list[str], own: list[str], other: list[str]) -> None:
    merged, both = merge_states({"points": old}, {"points": own}, {"points": other})
    if both:
        assert merged["points"] == other
        return
    expected = {*other, *(set(own) - set(old))} - (set(old) - set(own))
    assert set(merged["points"]) == expected
    assert len(merged["points"]) == len(expected)


def test_of_many_who_save_at_once_one_wins_and_all_others_are_told(base: ClaimBase, editor: Editor) -> None:
    results: list[str] = []

    def save(number: int) -> None:
        try:
            editor.edit(MODERATOR, CLAIM, "1", EditTexts(title={"en": f"Title {number}"}))
            results.append("saved")
        except ConflictError:
            results.append("conflict")

    threads = [threading.Thread(target=save, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["conflict"] * 5 + ["saved"]
    assert len([entry for entry in History(base).page(MODERATOR).entries if entry.act == "claim.edit"]) == 1


def test_no_edition_comes_twice(editor: Editor) -> None:
    editions: list[str] = []
    for _ in range(3):
        for number in (1, 2):
            edited = editor.edit(MODERATOR, CLAIM, None, EditTexts(title={"en": f"Title {number}"})).claim
            assert edited is not None
            editions.append(edited.version_tag)
        editor.follow_shared(MODERATOR, CLAIM, None)
        shared = editor.edit(OPERATOR, CLAIM, None, EditTexts(title={"en": f"Shared {len(editions)}"})).claim
        assert shared is not None
        editions.append(shared.version_tag)
    assert len(set(editions)) == len(editions)


def test_a_server_that_gives_up_its_version_follows_the_pack_again(base: ClaimBase, editor: Editor) -> None:
    seen = editor.edit(MODERATOR, CLAIM, None, EditTexts(title={"en": "Ours"})).claim
    assert seen is not None
    with pytest.raises(ConflictError):
        editor.follow_shared(MODERATOR, CLAIM, "1")
    assert editor.follow_shared(MODERATOR, CLAIM, seen.version_tag).claim == base.claim(CLAIM)


def test_all_faults_are_named_at_once_and_what_was_typed_comes_back(base: ClaimBase, editor: Editor) -> None:
    typed = EditTexts(title={"en": "x" * 301}, kind="rumour", as_of="yesterday", review_by="2026-02-30")
    before = base.revision
    with pytest.raises(InvalidEditError) as caught:
        editor.edit(MODERATOR, CLAIM, "1", typed)
    assert [fault.field for fault in caught.value.faults] == ["title_en", "kind", "as_of", "review_by"]
    assert all(fault.mend for fault in caught.value.faults)
    assert "kind: rumour is not known here. Choose one of: contested, context, outlook." in str(caught.value)
    assert caught.value.edit == typed
    assert base.revision == before


def test_a_claim_of_ones_own_is_a_draft_until_it_can_be_answered(base: ClaimBase, editor: Editor) -> None:
    made = editor.begin(MODERATOR, NewClaim("港口的吊车")).claim
    assert made is not None
    assert (made.title["en"], made.status, made.server) == ("港口的吊车", "draft", HERE)
    with pytest.raises(InvalidEditError) as caught:
        editor.edit(MODERATOR, made.id, made.version_tag, SetStatus("published"))
    assert [fault.field for fault in caught.value.faults] == ["points"]
    editor.edit(MODERATOR, made.id, None, AddWording("吊车是1920年造的"))
    point = EditPoint(role="refutes", speaker={"en": "The museum"}, date="2024-05", text={"en": "It is from 1931."})
    editor.edit(MODERATOR, made.id, None, point)
    with pytest.raises(InvalidEditError, match="cites nothing"):
        editor.edit(MODERATOR, made.id, None, SetStatus("published"))
    editor.edit(MODERATOR, made.id, None, EditPoint(0, citations="doc"))
    editor.edit(MODERATOR, made.id, None, SetStatus("published"))
    assert made.id in {claim.id for claim in base.claims(HERE)}
    assert made.id not in {claim.id for claim in (*base.claims(), *base.claims(THERE))}
    with pytest.raises(InvalidEditError, match="needs a point"):
        editor.edit(MODERATOR, made.id, None, RemovePoint(0))


def test_of_a_source_that_is_new_nobody_knows_when_it_said_so(editor: Editor) -> None:
    new = NewClaim("The crane", "the crane is old", "It is from 1931.", "https://example.org/crane", publish=True)
    made = editor.begin(MODERATOR, new).claim
    assert made is not None
    assert [(point.speaker["en"], point.date) for point in made.points] == [("example.org", "")]


def test_with_a_claim_of_ones_own_goes_what_was_set_on_it_and_what_waits_about_it(
    base: ClaimBase, editor: Editor
) -> None:
    made = editor.begin(
        MODERATOR, NewClaim("The crane", "the crane is old", "It is from 1931.", "doc", publish=True)
    ).claim
    assert made is not None
    answers, feedback, queue = AnswerBook(base, KEY), FeedbackBook(base, KEY), Queue(base, KEY)
    answers.take(HERE, 8, 1, 1, [made.id], timedelta(0))
    answers.posted(8, 1, 1001)
    for member in (5, 6, 7):
        feedback.act(HERE, 8, made.id, 1001, member, "not-said")
    queue.note_near_miss(HERE, 8, 2, 1, made.id, 0.4)
    queue.propose(MEMBER, "that crane is so old", made.id)
    assert base.claim(made.id, HERE).paused
    removed = editor.follow_shared(MODERATOR, made.id, None)
    assert [item.kind for item in queue.items(MODERATOR).items] == ["proposal"]
    assert ActivityBook(base).read(MODERATOR, 7).paused == ()
    Undoing(base).undo(MODERATOR, removed.revision)
    assert base.claim(made.id, HERE).paused
    assert sorted(item.kind for item in queue.items(MODERATOR).items) == ["feedback", "near", "paused", "proposal"]


def test_a_claim_that_was_never_made_is_told_as_paused_by_nobody(base: ClaimBase, editor: Editor) -> None:
    made = editor.begin(MODERATOR, NewClaim("The crane", "the crane is old", "It is from 1931.", "doc", publish=True))
    assert made.claim is not None
    for member in (5, 6, 7):
        FeedbackBook(base, KEY).act(HERE, 8, made.claim.id, 1001, member, "not-said")
    assert ActivityBook(base).read(MODERATOR, 7).paused == (made.claim.id,)
    Undoing(base).undo(MODERATOR, made.revision)
    assert ActivityBook(base).read(MODERATOR, 7).paused == ()


def test_withdrawing_hides_a_claim_here_only(base: ClaimBase, editor: Editor) -> None:
    editor.edit(MODERATOR, CLAIM, None, SetStatus("withdrawn"))
    assert [claim.id for claim in base.claims(HERE)] == ["bubble"]
    assert len(base.claims(THERE)) == 2


def test_two_claims_of_one_title_have_two_ids(editor: Editor) -> None:
    ids = {made.claim.id for _ in range(3) if (made := editor.begin(MODERATOR, NewClaim("Same"))).claim}
    assert len(ids) == 3


def test_an_unknown_claim_is_named(editor: Editor) -> None:
    with pytest.raises(UnknownClaimError, match="golden"):
        editor.edit(MODERATOR, "golden", None, EditTexts({"en": "x"}))
