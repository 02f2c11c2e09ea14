"""Text science: which claim is this, what does the author do with it, do the figures agree, speak or stay silent.

Lives here: pure functions and frozen values; text goes in, a `Finding` comes out.
May not live here: a database, a network call (but for the optional embedder), Discord, or a text that a person reads.
"""
