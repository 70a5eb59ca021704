"""From layers to crops: private copies, grids, drawing."""
