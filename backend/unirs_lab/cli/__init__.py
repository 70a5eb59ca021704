"""The commands that ``unirs-lab`` adds to ``unirs`` (entry points of the group ``unirs.commands``).

They translate between words and the laboratory, and do nothing else.
"""
