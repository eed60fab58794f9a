"""What the commands of `python3 -m notebooks` do."""
