"""Text science: which claim is this, what does the author do with it, do the figures agree, speak or stay silent.

Lives here: frozen values, and readers and indexes that hold what they have read of lexicon and claims, safe from any
thread; text goes in, a `Finding` comes out. Only `Checker` changes: it puts one snapshot in the place of another. The
files that one measures and calibrates with are read here, too.
May not live here: a database, a network call (but for the optional embedder), Discord, or what is said to people,
except what is wrong with a file, a setting or an embedder, and how to mend it.
"""
