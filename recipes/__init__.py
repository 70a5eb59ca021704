"""Recipes: how models were made, as programs that make them again."""
