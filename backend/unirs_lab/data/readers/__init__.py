"""One module for each layout in which datasets are published: files to samples.

A reader looks at annotations and file names alone. Images are opened by
:mod:`unirs_lab.data.visuals` and looked through by :mod:`unirs_lab.data.check`.
"""
