"""The lessons as pages for the web."""
