"""How models are scored: benchmarks, scorers, tables beside published figures, the model card."""
