"""Engines: whatever answers questions about images, behind one interface (``engine.Engine``).

``unirs`` answers with UniRS models, ``transformers`` with any vision-language model that this
library loads, ``server`` with the models of an OpenAI-compatible server.
``opening.open_engine`` chooses between them.
"""
