"""Claims out of the base and into it: packs in YAML, sheets in CSV, ClaimReview in JSON-LD.

Lives here: the formats, the dry run that says what a file would change, the writing of it, as an import of whole packs
the loading of the shipped ones at a start, and the copying of a whole base into another database.
May not live here: a question to a person, or a command.
"""
