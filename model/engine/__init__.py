"""Work in other processes: the workers where TensorFlow lives, and the way to them.

What the app uses is this wing's own: `from model.engine import engine`. See `model.engine.client`.
"""

from model.engine.client import (
    Actor,
    Engine,
    EngineError,
    EngineLost,
    EnginePhase,
    EngineState,
    Pending,
    engine,
)

__all__ = [
    "Actor",
    "Engine",
    "EngineError",
    "EngineLost",
    "EnginePhase",
    "EngineState",
    "Pending",
    "engine",
]
