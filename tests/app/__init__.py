"""The chat, file by file."""
