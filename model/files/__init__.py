"""How a file is read: parsed as data, then checked, and only then used; one error for all.

`from model.files import Archive, FileError, FileReason, dataclass_of, parsed_json`.
"""

from model.files.archive import Archive
from model.files.error import FileError, FileReason
from model.files.fields import dataclass_of, parsed_json

__all__ = ["Archive", "FileError", "FileReason", "dataclass_of", "parsed_json"]
