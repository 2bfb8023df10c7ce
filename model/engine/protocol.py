"""The words that the app, the engine's program and its workers share.

This module must stay light, and must not be imported from `model.engine` itself: a worker imports
it before Dask, and `python -m model.engine.server` would otherwise be loaded twice.
"""

ANSWER = "answer"  # the resource of workers that answer at once: predictions, feature maps
TRAIN = "train"  # the resource of workers that train, and do other long work
WARM_UP = "DIGITSCOPE_WARM_UP"  # "0" leaves TensorFlow out of a worker's start

PRELOAD = "model.engine.server"  # what a worker imports before it takes work


RETIRING = "retiring"  # a topic of events: a worker that takes no new work, {"worker": address}
