"""The client of the worker, the same on both sides of the border.

``protocol``, ``process`` and ``client`` are links to the files of ``backend/unirs/worker/``, so
that there is one definition of the messages; ``scripts/package.py`` puts the files themselves into
the plugin package. They import each other relatively, nothing but the standard library besides, and
run on Python 3.9. A checkout on Windows needs ``git config core.symlinks true``.
"""
