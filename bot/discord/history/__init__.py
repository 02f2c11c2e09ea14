"""The history of a server's claims and settings: read page by page, looked into, taken back, brought back.

Lives here: how revisions are shown and named, and the buttons of `/history`.
May not live here: what a revision holds and what can be undone (that is `claims/`), and how differences read
(`bot.wording`).
"""
