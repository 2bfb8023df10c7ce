"""The one error of reading a file, whatever is wrong with it."""

from enum import StrEnum


class FileReason(StrEnum):
    """Why a file is of no use."""

    DAMAGED = "the file is damaged or is no network"
    TOO_LONG = "its description is far too long"
    OTHER_VERSION = "it was written by another version"
    NOT_FITTING = "its content does not fit its description"
    OVERFLOWS = "its weights are so large that the network cannot answer"


class FileError(ValueError):
    """A file that does not hold what it should.

    Attributes:
        reason: why.
        detail: what does not fit, for programmers; may be empty.
    """

    def __init__(self, reason: FileReason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else str(self.reason)
