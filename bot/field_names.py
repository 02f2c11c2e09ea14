"""What the fields of claims, settings and forms are called, for people."""

from bot.texts import Texts, msgid

_NAMES = {
    # A claim and its parts.
    "title_en": msgid("Title in English"),
    "title_zh": msgid("Title in Chinese"),
    "kind": msgid("Kind"),
    "status": msgid("Status"),
    "as_of": msgid("As of"),
    "review_by": msgid("Review by"),
    "wordings": msgid("Wordings"),
    "texts": msgid("Wordings"),
    "use": msgid("What they are for"),
    "en": msgid("Wordings in English"),
    "zh": msgid("Wordings in Chinese"),
    "not_en": msgid("Never to be matched, in English"),
    "not_zh": msgid("Never to be matched, in Chinese"),
    "denials_en": msgid("How people dispute it, in English"),
    "denials_zh": msgid("How people dispute it, in Chinese"),
    "figures": msgid("Figures"),
    "value": msgid("Value"),
    "unit": msgid("Unit"),
    "bound": msgid("Bound"),
    "role": msgid("Role"),
    "subject_en": msgid("What it measures, in English"),
    "subject_zh": msgid("What it measures, in Chinese"),
    "points": msgid("Points"),
    "place": msgid("Number in the list"),
    "speaker_en": msgid("Speaker in English"),
    "speaker_zh": msgid("Speaker in Chinese"),
    "date": msgid("Date"),
    "text": msgid("Text"),
    "text_en": msgid("Text in English"),
    "text_zh": msgid("Text in Chinese"),
    "citations": msgid("Sources"),
    "numbers": msgid("Figures in the text"),
    "server": msgid("Server"),
    "pack": msgid("Pack of claims"),
    "claim": msgid("Claim"),
    # A source and a pack.
    "title": msgid("Title"),
    "author": msgid("Author"),
    "publisher": msgid("Publisher"),
    "published": msgid("Published"),
    "language": msgid("Language"),
    "address": msgid("Address"),
    "id": msgid("Id"),
    "version": msgid("Version"),
    "licence": msgid("Licence"),
    "sha256": msgid("Checksum of the file"),
    "loaded_digest": msgid("Checksum of the claim as loaded"),
    # What is set on a claim.
    "muted": msgid("Muted"),
    "cut_off": msgid("Cut-off"),
    "paused": msgid("Paused"),
    "raised_to": msgid("More careful up to"),
    # What is set for a server and its channels.
    "moderator_roles": msgid("Roles that moderate"),
    "cooldown_hours": msgid("Cool-down in hours"),
    "packs": msgid("Packs of claims"),
    "budget": msgid("Budget"),
    "digest_channel": msgid("Channel of the weekly digest"),
    "pause_reports": msgid("Reports that pause a claim"),
    "correction_days": msgid("Days in which cards are corrected"),
    "setup_step": msgid("Step of the set-up"),
    "mode": msgid("Mode"),
    # Queue, examples and proposals.
    "state": msgid("State"),
    "decision": msgid("Decision"),
    "decided_by": msgid("Decided by"),
    "makes_claim": msgid("Makes the claim"),
    "note": msgid("Note"),
    "reason": msgid("Reason"),
}


def field_name(field: str, texts: Texts) -> str:
    """Return what people call a field; one that has no name is shown as it is."""
    return texts(_NAMES[field]) if field in _NAMES else field
