"""What cells import, file by file."""
