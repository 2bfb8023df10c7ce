"""From a picture of any kind to the (28, 28) numbers that a network can read.

`pipeline.preprocess` takes all the steps; each other file is one of them.
"""
