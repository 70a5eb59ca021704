"""One module for each layout in which datasets are published: files to samples.

A reader reads annotations and file names alone. Images are opened by
:mod:`unirs_lab.data.visuals` and checked by :mod:`unirs_lab.data.check`.
"""
