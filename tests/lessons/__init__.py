"""What holds for all lessons."""
