"""Sightings: which claim was seen where and what the bot did; no text, the author only as keyed hash."""

from datetime import timedelta

from sqlalchemy import delete, update
from sqlmodel import col

from checks.model import Action, Finding
from claims.base import ClaimBase, Clock
from claims.store.identity import hash_user
from claims.store.tables import Answer, Example, Feedback, FormDraft, QueueItem, ShadowMatch, Sighting


class SightingBook:
    """Records matches, and forgets them after their time or when their author asks."""

    def __init__(self, base: ClaimBase, hash_key: bytes, clock: Clock | None = None) -> None:
        self._database = base.database
        self._key = hash_key
        self._clock = clock or base.clock

    def record(self, server: int, channel: int, message: int, author: int, finding: Finding, action: Action) -> None:
        """Keep the matches of a message; a message seen again, such as after an edit, replaces what was kept of it."""
        now, author_hash = self._clock(), hash_user(author, self._key)
        rows = [
            Sighting(
                message=message,
                claim=match.claim,
                server=server,
                channel=channel,
                author_hash=author_hash,
                score=match.score if match.exact is None else match.exact,
                stance=match.stance,
                action=action,
                claim_version=match.version,
                seen_at=now,
            )
            for match in finding.matches
        ]
        seen = (col(Sighting.channel) == channel, col(Sighting.message) == message)
        with self._database.writing() as session:
            session.connection().execute(delete(Sighting).where(*seen))
            session.add_all(rows)

    def purge(self, older_than: timedelta) -> int:
        """Drop what is older: sightings, and the author's mark on answers; return how many sightings went."""
        end = self._clock() - older_than
        with self._database.writing() as session:
            connection = session.connection()
            connection.execute(update(Answer).where(col(Answer.taken_at) < end).values(author_hash=None))
            return connection.execute(delete(Sighting).where(col(Sighting.seen_at) < end)).rowcount

    def forget(self, user: int) -> int:
        """Drop all that is kept of a user; return how many entries it was.

        Those are sightings, also of shadow mode, reports, proposals, examples, what stands in forms, and the mark on
        answers. Moderators' own changes stay in the history: it is a record of what was done in a server's name.
        """
        mark = hash_user(user, self._key)
        statements = (
            delete(Sighting).where(col(Sighting.author_hash) == mark),
            delete(ShadowMatch).where(col(ShadowMatch.author_hash) == mark),
            delete(Feedback).where(col(Feedback.reporter_hash) == mark),
            delete(QueueItem).where(col(QueueItem.author_hash) == mark),
            delete(Example).where(col(Example.author_hash) == mark),
            delete(FormDraft).where(col(FormDraft.user_hash) == mark),
            update(Answer).where(col(Answer.author_hash) == mark).values(author_hash=None),
        )
        with self._database.writing() as session:
            return sum(session.connection().execute(statement).rowcount for statement in statements)
