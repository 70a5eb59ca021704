"""The service behind stdin and stdout: JSON-RPC 2.0, one message a line, no network port.

``python -m unirs.worker`` (or ``unirs worker``) is the process that QGIS starts. The protocol is
described in ``docs/worker-protocol.md``; ``unirs.worker.client`` is a client for it.

=============  ==================================================================================
``protocol``   the envelope of a message, for both sides
``messages``   parameters and results of every method
``streams``    stdin and stdout, taken away from everybody else
``server``     what is answered at once, what waits its turn, what is cancelled
``service``    the work itself: the model at hand, and questions to it
``failures``   what a client reports: an error that the worker answered, or its end
``process``    one worker process, as a client sees it
``client``     starts a worker when there is none, and waits for its answers
=============  ==================================================================================

``hello`` is answered within 0.3 s of the start of the process, because ``protocol``, ``streams``
and ``server`` import nothing but the standard library.
"""
