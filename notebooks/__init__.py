"""The lessons, what their cells import, and the commands for whoever teaches them."""
