"""When, in a series of dates, a question has the answer yes, and what happened between the dates.

A question with yes or no is asked about each date and about neighbouring dates; what these answers
have in common over time is the result.

``request`` and ``question`` are what is asked, ``series`` reads the dates, ``smoothing`` puts the
scores together, ``timeline`` and ``story`` are the results, ``files`` writes them.
``unirs.when.asking.find_when`` finds when, ``unirs.when.story.describe_series`` what happened.
"""
