"""All that proves the kit; each folder mirrors what it tests."""
