"""Measuring: how good the checks are on labelled messages, on ordinary chat, and on sets of known claims.

Lives here: reading such files, the figures, and what they are made of (worst rows, confused claims).
May not live here: anything that prints, and any fitting of weights (`checks/calibration.py`).
"""
