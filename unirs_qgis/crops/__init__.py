"""From layers to crops: private copies, grids and drawing."""
