"""What a run has drawn reaches the browser, though another run begins before it is sent."""

from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

_clear = ForwardMsgQueue.clear


def keep_unsent() -> None:
    """Let Streamlit drop nothing when a run of a fragment begins.

    It drops what is not sent yet of this very fragment, as the new run sends it again. But what
    stands inside is kept, a fragment in the fragment: the browser gets it before its place is there
    again, and the whole page goes blank ("Bad delta path index", "Cannot set a node at a delta
    path"). And that the page's run has ended is kept: the browser takes away what it did not get,
    and with it a popover that was just opened. Both were seen on a busy server, where a press comes
    while an epoch ends.

    A run of the whole page drops what is unsent as before: it sends everything again.
    """
    ForwardMsgQueue.clear = _kept  # type: ignore[method-assign, assignment]


def _kept(
    queue: ForwardMsgQueue,
    retain_lifecycle_msgs: bool = False,
    fragment_ids_this_run: list[str] | None = None,
) -> None:
    if retain_lifecycle_msgs and fragment_ids_this_run is not None:
        # A message of the new run must not take the place of an older one, before the word that the
        # new run begins: as in Streamlit's own, each has a place of its own.
        queue._delta_index_map = {}
    else:
        _clear(queue, retain_lifecycle_msgs, fragment_ids_this_run)
