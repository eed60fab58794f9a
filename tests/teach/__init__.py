"""What the commands do, file by file."""
