"""The map canvas: extent, footprints, change maps."""
