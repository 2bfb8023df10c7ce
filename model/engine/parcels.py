"""What travels between the app and a worker: requests, in which networks are named, and replies.

The weights of a network are 373 kB, and a page asks about the same network again and again. So in a
request each network is replaced by its name, wherever it stands; its weights go along the first
time. A worker keeps the networks that it was asked about last. When it does not know one, because
it is fresh or has forgotten it, it replies `Unknown`, and the request is sent again with weights. A
network that a reply gives back is named as well: the caller gets its own object.
"""

import io
import pickle
import threading
import traceback
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # it loads NumPy: the app begins without, and pays when it first asks
    from model.network import Network

KEPT = 64  # networks in a worker's memory, 24 MB of the course's

Name = tuple[str, str]  # the network's fingerprint and origin
Networks = Mapping[Name, "Network"]


@dataclass(frozen=True)
class Unknown:
    """A reply: the worker does not know a network of the request. Send it with its weights."""


@dataclass(frozen=True)
class Raised:
    """A reply: the work raised this. What Dask raises instead is a fault of the way there."""

    error: Exception


Reply = bytes | Unknown | Raised


class UnknownNetworkError(Exception):
    """A request names a network that this worker does not have."""


class _Packer(pickle.Pickler):
    """Pickles a value and puts the name of a network in place of each network."""

    def __init__(self, file: io.BytesIO, name_of: Callable[["Network"], Name | None]) -> None:
        from model.network import Network

        super().__init__(file, protocol=5)
        self._network_class = Network
        self._name_of = name_of

    def persistent_id(self, value: object) -> Name | None:
        """The name that stands for a value; None for what is pickled as usual."""
        return self._name_of(value) if isinstance(value, self._network_class) else None


class _Unpacker(pickle.Unpickler):
    """Unpickles what `_Packer` made."""

    def __init__(self, data: bytes, find: Callable[[Name], "Network"]) -> None:
        super().__init__(io.BytesIO(data))
        self._find = find

    def persistent_load(self, name: Name) -> "Network":
        """The network of that name."""
        return self._find(name)


def pack(request: object) -> tuple[bytes, Networks]:
    """In the caller: a request as bytes without any weights, and the networks that it names."""
    networks: dict[Name, Network] = {}

    def name_of(network: "Network") -> Name:
        name = (network.fingerprint, network.origin)
        networks[name] = network
        return name

    file = io.BytesIO()
    _Packer(file, name_of).dump(request)
    return file.getvalue(), networks


def opened(reply: Reply, networks: Networks) -> Any:
    """In the caller: what the work returned, or raise what it raised.

    Args:
        reply: of a worker; not `Unknown`.
        networks: those of the request.
    """
    if isinstance(reply, Raised):
        raise reply.error
    assert isinstance(reply, bytes)
    return _Unpacker(reply, networks.__getitem__).load()


class KnownNetworks:
    """In a worker: the networks that it was asked about last. For several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._networks: OrderedDict[Name, Network] = OrderedDict()

    def find(self, name: Name) -> "Network":
        """Return a network.

        Raises:
            UnknownNetworkError: it is not here, or not any more.
        """
        with self._lock:
            if name not in self._networks:
                raise UnknownNetworkError
            self._networks.move_to_end(name)
            return self._networks[name]

    def keep(self, networks: Networks) -> None:
        """Remember networks, which nobody can change from now on, and forget the oldest."""
        with self._lock:
            for name, network in networks.items():
                for array in network.weights.values():
                    array.flags.writeable = False
                self._networks.setdefault(name, network)
                self._networks.move_to_end(name)
            while len(self._networks) > KEPT:
                self._networks.popitem(last=False)


_known = KnownNetworks()


def answer(
    body: bytes,
    carried: Networks,
    known: KnownNetworks = _known,
    begin: Callable[[Any], Callable[..., Any]] = lambda work: work,
    finish: Callable[[Any], Any] = lambda result: result,
) -> Reply:
    """In a worker: do the work of a request.

    Args:
        body: a pickled (function, positional arguments, keyword arguments).
        carried: networks of the request that came with their weights.
        known: where this worker keeps networks.
        begin: makes a function of what stands in the place of one.
        finish: makes what is returned of the function's result.

    Returns:
        What the function returned, as bytes; `Raised` with the exception that it raised; or
        `Unknown`, and nothing was done.
    """
    named: dict[int, Name] = {}  # by identity: the function may give the very object back

    def find(name: Name) -> "Network":
        network = carried[name] if name in carried else known.find(name)
        named[id(network)] = name
        return network

    known.keep(carried)
    try:
        work, args, kwargs = _Unpacker(body, find).load()
        result = finish(begin(work)(*args, **kwargs))
        file = io.BytesIO()
        _Packer(file, lambda network: named.get(id(network))).dump(result)
        return file.getvalue()
    except UnknownNetworkError:
        return Unknown()
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller raises it again
        return Raised(_sendable(error))


def _sendable(error: Exception) -> Exception:
    """The exception with its traceback as a note; one that cannot travel becomes a RuntimeError."""
    note = "In the worker:\n" + "".join(traceback.format_exception(error))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 - an exception's class may do anything here
        error = RuntimeError(f"{type(error).__name__}: {error}")
    error.add_note(note)
    return error


class SentNetworks:
    """In the caller: which networks each worker has been sent. For several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sent: dict[str, OrderedDict[Name, None]] = {}

    def carry(self, worker: str, networks: Networks) -> Networks:
        """Those that must go along with their weights; from now on they count as sent.

        Args:
            worker: its address, or the name of a role when any of its workers may do the work.
            networks: those of a request.
        """
        with self._lock:
            sent = self._sent.setdefault(worker, OrderedDict())
            new = {name: network for name, network in networks.items() if name not in sent}
            for name in networks:
                sent[name] = None
                sent.move_to_end(name)
            while len(sent) > KEPT:
                sent.popitem(last=False)
            return new
