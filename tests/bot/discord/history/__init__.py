"""`/history` over simcord."""
