"""The worker of the plugin.

===========  =================================================================================
``setup``    the worker's own Python environment: which one, set-up, repair
``models``   models on this computer and from elsewhere
``worker``   requests with signals, for the window; a session of its own, for batches
===========  =================================================================================
"""
