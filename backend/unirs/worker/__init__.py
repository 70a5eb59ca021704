"""A service over stdin and stdout: JSON-RPC 2.0, one message per line, no network port.

``python -m unirs.worker`` (or ``unirs worker``) is the process that QGIS starts. The protocol is
described in ``docs/worker-protocol.md``; ``unirs.worker.client`` is a client for it.

=============  ==================================================================================
``protocol``   the envelope of a message, for both sides
``messages``   parameters and results of every method
``streams``    stdin and stdout, reserved for the protocol
``jobs``       requests for work, and the interface of what does it
``server``     the queue of requests
``service``    the work: loading a model, and questions to it
``together``   questions that are answered side by side
``failures``   what a client reports: an error response, or the end of the worker
``process``    one worker process, on the side of the client
``client``     starts a worker when there is none, and waits for its responses
=============  ==================================================================================

``hello`` is answered within 0.3 s of the start of the process, because ``protocol``, ``streams``,
``jobs`` and ``server`` import nothing but the standard library.
"""
