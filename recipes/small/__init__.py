"""The default model, `unirs-small`: `python -m recipes.small`."""
