"""Corrections on Discord: the run that edits cards after their claims have changed.

Lives here: when the run starts, how fast it goes, how a card is drawn anew, what Discord's refusals mean for it. May
not live here: which cards are out of date (`claims.corrections`), and what a corrected card says (`bot.corrected`).
"""
