"""Claims out of the base and into it: packs in YAML, sheets in CSV, ClaimReview in JSON-LD.

Lives here: the formats, the dry run that says what a file would change, the writing of it, and its undoing.
May not live here: the loading of packs at a start (`claims.pack_load`), a question to a person, or a command.
"""
