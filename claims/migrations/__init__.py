"""The way from an older database to this version's tables, step by step (Alembic).

Lives here: `env.py` and numbered steps in `versions/`. May not live here: imports of `claims.store.tables` in a step (a
step must stay true to the day it was written). A new step is the next number, `versions/NNNN_what_it_does.py`, with the
one before as its `down_revision`; the tests compare what the steps build with the tables, in SQLite and PostgreSQL, and
name what is missing.
"""
