"""Settings and lexicons: data, and the little code that reads it.

Lives here: the settings object, its defaults, the errors, the table of languages of claims, logging set-up, the opening
of files, and the data files of `lexicon/`.
May not live here: anything that decides about a message, a claim or a reply.
"""
