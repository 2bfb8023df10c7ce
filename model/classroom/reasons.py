"""Why something in a class cannot be done; the words for it are the screen's."""

from enum import StrEnum


class ClassReason(StrEnum):
    """Why not."""

    UNKNOWN_CODE = "no open class has this code"
    FULL = "the class is full"
    OVER = "the class has ended"
    AWAY = "the database does not answer"
    IN_MEMORY = "the disk takes nothing more: from now on the classes are in memory"
    DAMAGED = "the database was damaged, and all classes in it have ended"
    CLOSED = "no answers are taken now"
    NO_DIGIT = "there is no digit in the drawing"
    NOT_MINE = "it belongs to somebody else, or does not exist"


class ClassError(RuntimeError):
    """Something in a class that cannot be done; `reason` says why."""

    def __init__(self, reason: ClassReason) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def passing(self) -> bool:
        """Whether the same may be possible when it is tried again."""
        return self.reason in (ClassReason.AWAY, ClassReason.IN_MEMORY)
