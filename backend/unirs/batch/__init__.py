"""Many rasters, many tiles: from a plan to a data set of answers.

The way goes in one direction: a plan (:mod:`unirs.batch.plan`) names rasters, which are found
(:mod:`unirs.batch.inputs`), paired (:mod:`unirs.batch.pairs`) and looked at
(:mod:`unirs.batch.sources`); their tiles are laid in parts (:mod:`unirs.batch.tiling`).
"""
