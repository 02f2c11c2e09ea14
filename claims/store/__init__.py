"""The database: its tables, how they are read and written, and the history of every change.

Lives here: SQLite and PostgreSQL, rows of claims, the state stores behind `write_changes`, whether the base has
changed, settings of servers, keyed hashes of users.
May not live here: who may do something, what a text has to look like, or a query that only one screen needs.
"""
