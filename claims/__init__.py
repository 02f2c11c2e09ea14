"""The claim base: what is known, from where, and changed by whom.

Its floors, each importing only those before it: `record` and `fields` (values and typed texts) → `packs` (their form) →
`store` (tables, and the one way in which they change) → `documents` → `base` (the door for readers) → `answering` (what
the bot did) → `moderation` (what people do) → `exchange` (files in and out, the shipped packs among them).

Lives here: all of that, and the migrations of older databases.
May not live here: Discord, the terminal, or a decision about a chat message.
"""
