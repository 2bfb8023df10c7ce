"""The class's channel: a WebSocket on which screens are told of changes and students answer.

A connection proves with the token of a seat whose it is (`ui.state.classroom.seat`). Only students
send requests; each is answered with "done" or "refused", and sent again by the browser until then,
so that no answer is lost with a connection. All of them may be carried out twice.
"""

import asyncio
from contextlib import suppress
from functools import partial

import numpy as np
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from model.classroom.database import Database
from model.classroom.digits.handwriting import hand_in
from model.classroom.doings import raise_hand
from model.classroom.lifecycle import Member, end_old
from model.classroom.questions import answer
from model.classroom.reasons import ClassError, ClassReason
from model.network.digit_detector import detector
from model.preprocessing.pipeline import from_ink
from ui.classroom.channel.frames import (
    LARGEST,
    AnswerRequest,
    DigitRequest,
    HandRequest,
    Request,
    request_of,
)
from ui.classroom.channel.hub import Connection, Hub
from ui.components.canvas import unpacked
from ui.components.classroom import CHANNEL
from ui.locale import speaking
from ui.state.classroom.seat import Role, class_seat_of
from ui.state.classroom.store import database
from ui.state.classroom.words import class_words
from ui.state.connections.sockets import (
    MALFORMED,
    TOO_LARGE,
    MalformedError,
    TooLargeError,
    end_all,
    received,
    seat_of_first,
    serve,
)
from ui.state.pages import below_base

TIDY_SECONDS = 60.0
"""Between two looks for classes whose time is over."""


def class_routes() -> list[WebSocketRoute]:
    """Return the channel's route."""
    hubs: dict[Database, Hub] = {}

    async def open_class(socket: WebSocket) -> None:
        here = database()
        if here not in hubs:
            hubs[here] = Hub(here)
        await serve(socket, partial(_talk, hub=hubs[here]))

    return [WebSocketRoute(below_base(CHANNEL), open_class)]


async def tidy_classes() -> None:
    """End the classes whose time is over, as long as the server runs."""
    while True:
        here = database()
        if not here.unused:
            with suppress(ClassError):  # the next look tries again
                await asyncio.to_thread(end_old, here)
        await asyncio.sleep(TIDY_SECONDS)


async def _talk(socket: WebSocket, hub: Hub) -> int:
    """Take requests and send changes; return the code to close the connection with.

    Raises:
        WebSocketDisconnect: the browser has gone.
    """
    seat = await seat_of_first(socket, LARGEST, class_seat_of)
    if isinstance(seat, int):
        return seat
    connection = Connection(socket, seat)
    del seat
    works = [
        asyncio.create_task(_take_requests(socket, connection, hub)),
        asyncio.create_task(connection.send_all()),
        asyncio.create_task(connection.seat.traffic.until_pushed_out()),
    ]
    try:
        await hub.come(connection)
        ended, _ = await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await end_all(works)
        await hub.leave(connection)
    return next(work.result() for work in ended)


async def _take_requests(socket: WebSocket, connection: Connection, hub: Hub) -> int:
    while True:
        try:
            request = request_of(await received(socket, LARGEST))
        except TooLargeError:
            return TOO_LARGE
        except MalformedError:
            return MALFORMED
        seat = connection.seat
        if seat.role is not Role.STUDENT or seat.one is None:
            return MALFORMED  # teachers and projectors only look on
        if seat.traffic.too_fast():
            return MALFORMED
        try:
            await hub.in_thread(carry_out, request, hub.database, seat.one)
        except ClassError as error:
            if error.reason in (ClassReason.OVER, ClassReason.DAMAGED):
                connection.over()
            with speaking(seat.language):
                words = class_words(error.reason)
            connection.refused(request.n, words, error.passing)
        else:
            connection.done(request.n)


def carry_out(request: Request, database: Database, one: Member) -> None:
    """Do what a student asks for, as this student.

    Raises:
        ClassError: it cannot be done.
    """
    match request:
        case HandRequest(_, up):
            raise_hand(database, one.class_id, one.student_id, up)
        case AnswerRequest(_, question, round_, choice):
            answer(database, one.class_id, one.student_id, question, round_, choice)
        case DigitRequest(_, number, digit, ink):
            pixels, held = digit_in(ink)
            hand_in(database, one.class_id, one.student_id, number, digit, pixels, held)


def digit_in(packed: str) -> tuple[np.ndarray, bool]:
    """The digit in a drawing, (28, 28) uint8, and whether the detector holds it back.

    Raises:
        ClassError: there is none.
    """
    ink = unpacked(packed)
    found = None if ink is None else from_ink(ink).largest
    if found is None:
        raise ClassError(ClassReason.NO_DIGIT)
    held = not bool(detector().accepts(found.digit[None])[0])
    return np.rint(found.digit * 255).astype(np.uint8), held
