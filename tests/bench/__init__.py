"""How fast the kit is, beside its peers."""
