"""The tables of the claim base, in PostgreSQL-clean types; one file a subject.

Lives here: SQLModel tables and the column types they share. May not live here: queries, rules, or anything that writes.
Importing this package registers every table with `Table.metadata`.
"""

from claims.tables.answers import Answer, Cooldown
from claims.tables.claim import Citation, Claim, ClaimOverride, Figure, Point, Wording
from claims.tables.columns import Table
from claims.tables.documents import Document, DocumentText
from claims.tables.feedback import Feedback
from claims.tables.history import Change, Revision
from claims.tables.pack import Pack
from claims.tables.queue import Example, FormDraft, QueueItem
from claims.tables.servers import Channel, Server
from claims.tables.shadow import ShadowDay, ShadowMatch
from claims.tables.sightings import Sighting
from claims.tables.vectors import WordingVector

__all__ = [
    "Answer",
    "Change",
    "Channel",
    "Citation",
    "Claim",
    "ClaimOverride",
    "Cooldown",
    "Document",
    "DocumentText",
    "Example",
    "Feedback",
    "Figure",
    "FormDraft",
    "Pack",
    "Point",
    "QueueItem",
    "Revision",
    "Server",
    "ShadowDay",
    "ShadowMatch",
    "Sighting",
    "Table",
    "Wording",
    "WordingVector",
]
