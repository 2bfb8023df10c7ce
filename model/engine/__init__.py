"""Work in other processes: the workers where TensorFlow lives, and the way to them.

    engine().start()                                      # returns at once
    maps = engine().run(feature_maps, weights, digit)     # a function, in a worker that answers
    pending = engine().submit(evaluate, weights, images)  # long work, in the worker that trains
    trainer = engine().actor(Trainer, config, images)     # an object that lives there
    progress = trainer.call(Trainer.advance, 0.3)

`model.engine.interface` says what an engine offers, `model.engine.dask_engine` how the app's own
does it, and `model.engine.inline_engine` is the one for tests.
"""

from model.engine.current import engine, using_engine
from model.engine.dask_engine import DaskEngine
from model.engine.inline_engine import InlineActor, InlineEngine, InlinePending
from model.engine.interface import (
    Actor,
    Engine,
    EngineError,
    EngineFault,
    EngineLost,
    EnginePhase,
    EngineState,
    Pending,
    Runner,
)

__all__ = [
    "Actor",
    "DaskEngine",
    "Engine",
    "EngineError",
    "EngineFault",
    "EngineLost",
    "EnginePhase",
    "EngineState",
    "InlineActor",
    "InlineEngine",
    "InlinePending",
    "Pending",
    "Runner",
    "engine",
    "using_engine",
]
