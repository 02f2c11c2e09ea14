"""Faults, each a program that can be run again: `python -m tests.faults NAME`; docs/faults.md has the figures.

Lives here: the stage (loopback Discord, bot, claim base), what is done to them, and what must hold meanwhile.
May not live here: a test of a single part; what a fault has shown is tested beside the part that was mended.
"""
