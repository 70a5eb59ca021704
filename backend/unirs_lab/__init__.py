"""How models of UniRS are made and scored: data sets, training, evaluation, generated scenes.

The distribution ``unirs-lab``. It adds its commands to ``unirs`` and imports the runtime; the
runtime never imports it.
"""
