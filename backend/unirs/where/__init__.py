"""Where in an extent a question has the answer yes.

A question with yes or no is asked about windows over the extent, coarse to fine: what is surely
no is left, the rest is asked about in smaller windows, whose probabilities vote on each spot.

``request`` and ``question`` are what is asked, ``ground`` and ``windows`` where, ``votes`` what
came of it so far. ``search`` asks, ``places`` is the result, ``files`` writes it.
``unirs.where.search.find_places`` does all of it.
"""
