"""How models are made: image banks, rows, stages, one loop, and the small model."""
