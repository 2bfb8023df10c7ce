"""DigitScope's entry: run it with `streamlit run app.py`.

It starts the engine before the server, so that TensorFlow is warm before the first visitor has
found the pen, and hands every visit to `ui/frame/menu.py`.
"""

import ctypes
import os
from contextlib import suppress

# Before the first thread. glibc gives threads up to eight heaps for each core and seldom gives back
# what lies between their pieces: of sixty people the server kept 107 MB, with two heaps 82.
M_ARENA_MAX = -8
with suppress(AttributeError, TypeError):  # other libraries of C have no such option
    ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)

# Before NumPy is imported, which then reads it. OpenBLAS would keep one thread per core waiting
# busily after every product, and all products in this process are small: thirty students drawing
# cost several times the processor time of one thread.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

from model.engine import engine

# The engine's processes load TensorFlow, which takes longest of all: they begin before what follows
# is imported here, and go on beside it.
engine()

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from ui.classroom.channel.routes import class_routes, tidy_classes
from ui.classroom.worksheets import worksheet_routes
from ui.frame.doors.deep_links import deep_link_routes
from ui.frame.doors.doors import Doors
from ui.frame.doors.ending import end_in_time
from ui.frame.doors.unsent import keep_unsent
from ui.state.pen.channel import pen_routes
from ui.state.session import take_up_studies

SCRIPT = Path(__file__).resolve().parent / "ui" / "frame" / "menu.py"


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Take up what an earlier server left, and close the engine with the server."""
    end_in_time()
    keep_unsent()
    take_up_studies()
    tidying = asyncio.create_task(tidy_classes())
    yield
    tidying.cancel()
    await asyncio.to_thread(engine().close)


app = st.App(
    SCRIPT,
    lifespan=lifespan,
    routes=[*deep_link_routes(), *pen_routes(), *class_routes(), *worksheet_routes()],
    middleware=[Middleware(Doors)],
)
