"""Measures of speed and memory, as ratios within one run; ``unirs bench`` prints them."""
