"""A fragment's run begins before what was drawn last is sent."""

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from ui.frame.doors.unsent import keep_unsent

OUTER, INNER = "outer", "inner"


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ForwardMsgQueue, "clear", ForwardMsgQueue.clear)  # put back afterwards
    keep_unsent()


def block(*path: int, fragment: str) -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path[:] = path
    message.delta.add_block.allow_empty = True
    message.delta.fragment_id = fragment
    return message


def text(*path: int, fragment: str, body: str = "") -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path[:] = path
    message.delta.new_element.text.body = body
    message.delta.fragment_id = fragment
    return message


def ended(how: "ForwardMsg.ScriptFinishedStatus.ValueType") -> ForwardMsg:
    message = ForwardMsg()
    message.script_finished = how
    return message


def queue_of(*messages: ForwardMsg) -> ForwardMsgQueue:
    queue = ForwardMsgQueue()
    for message in messages:
        queue.enqueue(message)
    return queue


def test_a_fragment_in_a_fragment_is_not_sent_without_its_place() -> None:
    drawn = [
        block(0, 3, fragment=OUTER),
        text(0, 3, 0, fragment=OUTER),
        block(0, 3, 1, fragment=INNER),
        text(0, 3, 1, 0, fragment=INNER),
    ]
    queue = queue_of(*drawn)
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=[OUTER])
    assert queue.flush() == drawn


def test_the_word_that_the_page_is_done_does_not_come_without_what_was_drawn() -> None:
    drawn = [text(0, 3, fragment=OUTER), ended(ForwardMsg.FINISHED_SUCCESSFULLY)]
    queue = queue_of(*drawn)
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=[OUTER])
    assert queue.flush() == drawn


def test_what_the_new_run_draws_comes_after_the_word_that_it_begins() -> None:
    before, after = (text(0, 3, fragment=OUTER, body=body) for body in ("before", "after"))
    begun = ForwardMsg()
    begun.new_session.name = "new"
    queue = queue_of(before)
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=[OUTER])
    for message in (begun, after):
        queue.enqueue(message)
    assert queue.flush() == [before, begun, after]


def test_a_run_of_the_page_sends_everything_again_and_drops_what_is_unsent() -> None:
    done = ended(ForwardMsg.FINISHED_SUCCESSFULLY)
    queue = queue_of(text(0, 3, fragment=OUTER), done)
    queue.clear(retain_lifecycle_msgs=True)
    assert queue.flush() == [ended(ForwardMsg.FINISHED_EARLY_FOR_RERUN)]
    queue = queue_of(done)
    queue.clear()
    assert queue.is_empty()
