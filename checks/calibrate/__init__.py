"""Calibration: weights and cut-offs fitted to a base's own claims, from labelled messages and ordinary chat.

Lives here: collecting what the checks measure, fitting, choosing cut-offs for a budget of false alarms.
May not live here: anything that prints or decides a message.
"""
