"""The worker of the plugin: its environment, its models, and the conversation with it.

===============  ================================================================================
``environment``  the worker's own Python environment: which one, set-up, repair
``models``       models on this computer and from elsewhere
``worker``       requests as jobs with signals, for the window; a session of its own, for batches
``connection``   the threads between the window and one worker process
``wire``         the client of the worker, shared with ``backend/unirs``
===============  ================================================================================
"""
