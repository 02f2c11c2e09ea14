"""Examples that moderators keep, and their authors' say in it."""
