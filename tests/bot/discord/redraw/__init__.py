"""The run that corrects cards, over simcord."""
