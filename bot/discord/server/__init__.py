"""What moderators see and set for their whole server: `/touchstone settings` and `/touchstone shadow`.

Lives here: the commands, and how settings and reports of shadow mode are shown.
May not live here: what a setting may be and who may change it (that is `claims/`), and single claims.
"""
