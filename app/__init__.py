"""The finished chat, as the lessons build it."""
