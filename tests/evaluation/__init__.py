"""Labelled messages that the project owns, and the floors that the checks must reach on them."""
