"""The network in a bottle, file by file."""
