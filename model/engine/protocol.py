"""The words that the app, the engine's program and its workers share.

This module must stay light, and must not be imported from `model.engine` itself: a worker imports
it before Dask, and `python -m model.engine.server` would otherwise be loaded twice.
"""

import sys

# On macOS TensorFlow's libraries do not bear a fork.
FORKED = sys.platform == "linux"
ANSWER = "answer"  # the resource of workers that answer at once: predictions, feature maps
TRAIN = "train"  # the resource of workers that train, and do other long work
WARM_UP = "DIGITSCOPE_WARM_UP"  # "0" leaves TensorFlow out of a worker's start
LOOK = "DIGITSCOPE_LOOK_SECONDS"  # between two looks at a worker's memory, of cold ones too

PRELOAD = "model.engine.server"  # what a worker imports before it takes work

# Dask reads them from the environment: of the engine's program, its helper and its workers.
DASK_SETTINGS = {
    "DASK_LOGGING__DISTRIBUTED": "warning",
    # One death of a worker under a task may be chance; after the second the task is to blame.
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
    # Nothing reads Dask's own statistics and web pages.
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
    "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__GIL__ENABLED": "False",
    "DASK_DISTRIBUTED__SCHEDULER__HTTP__ROUTES": "[]",
    "DASK_DISTRIBUTED__WORKER__HTTP__ROUTES": "[]",
    "DASK_DISTRIBUTED__WORKER__MULTIPROCESSING_METHOD": "forkserver" if FORKED else "spawn",
    # Dask sets these for the workers that it starts; the helper imports NumPy for all of them.
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}

RETIRING = "retiring"  # a topic of events: a worker that takes no new work, {"worker": address}
