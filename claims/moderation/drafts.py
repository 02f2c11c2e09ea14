"""Form drafts: what somebody typed and could not be written, so that a restart does not cost a word."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import col

from claims.base import ClaimBase, Clock
from claims.moderation.rights import Actor
from claims.store.revisions import hash_user
from claims.store.tables import FormDraft
from config.errors import NotAllowedError

KEPT = timedelta(days=1)
LONGEST = 20_000


class DraftBook:
    """Keeps the fields of a form for its own user and server, for a day; `form` is the form's id."""

    def __init__(self, base: ClaimBase, hash_key: bytes, clock: Clock | None = None) -> None:
        self._database = base.database
        self._key = hash_key
        self._clock = clock or base.clock

    def keep(self, actor: Actor, form: str, fields: Mapping[str, str]) -> None:
        """Keep what was typed, in the place of what was kept for the same form."""
        place = self._place(actor, form)
        kept = {name: text[:LONGEST] for name, text in fields.items()}
        with self._database.writing() as session:
            session.connection().execute(delete(FormDraft).where(col(FormDraft.saved_at) < self._clock() - KEPT))
            row = session.get(FormDraft, place)
            if row is None:
                server, user, name = place
                row = FormDraft(server=server, user_hash=user, form=name, fields=kept, saved_at=self._clock())
            row.fields, row.saved_at = kept, self._clock()
            session.add(row)

    def find(self, actor: Actor, form: str) -> dict[str, str] | None:
        """Return what was kept, or None."""
        with self._database.reading() as session:
            row = session.get(FormDraft, self._place(actor, form))
            return None if row is None or row.saved_at < self._clock() - KEPT else dict(row.fields)

    def drop(self, actor: Actor, form: str) -> None:
        """Forget what was kept: it has been written, or is not wanted."""
        with self._database.writing() as session:
            row = session.get(FormDraft, self._place(actor, form))
            if row is not None:
                session.delete(row)

    def _place(self, actor: Actor, form: str) -> tuple[int, str, str]:
        if actor.server is None:
            raise NotAllowedError("This works in a server only.")
        return actor.server, hash_user(actor.user_id, self._key), form
