"""Models on this computer and on a hub."""
