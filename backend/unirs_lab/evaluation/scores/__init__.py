"""Scorers: of answers, captions, classes and change maps, as the benchmarks define them."""
