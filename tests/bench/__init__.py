"""Benchmarks: figures to read, never assertions.

Lives here: `python -m tests.bench`, what it measures with, and the made-up bases it measures on.
May not live here: a test.
"""
