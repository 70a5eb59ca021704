"""What is on the map: the extent, footprints and change maps."""
