"""Which tiles of many rasters fit some words, or are like an example.

An index is a GeoPackage with a tile each: a caption, the embedding of that sentence, and the
model's features of the image. A search ranks its tiles by the embedding of the words that are
looked for, and scores the best of them once more by how well the words fit the image itself.

``request`` is what is indexed and looked for, ``building`` describes the tiles, ``table`` is the
file, ``sentences`` the embeddings, ``finding`` searches, ``results`` is what comes of both.
"""
