"""Hostile input in masses: `python -m tests.fuzz`, and what a run of the tests takes of it."""
