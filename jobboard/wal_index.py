"""Tells without a question whether anything has been committed to an SQLite database.

A commit in WAL mode becomes visible by a change in the header of the *WAL index*, memory that all
processes share through the file ``…-shm`` (https://www.sqlite.org/walformat.html, 2.1). As long as
its bytes are the same nothing has been committed: a comparison of 70 ns, where even the shortest
question gives Python's lock away and must win it back among the threads of a busy server.
"""

import ctypes
import mmap
import os
import threading

#: The header lies there twice, 48 bytes each.
_HEADER = 96
#: A process serves one board. One that opens many, as tests do, asks for those beyond these.
_MOST_MAPPED = 16

#: Headers by the device and the inode of their files.
_headers: dict[tuple[int, int], "Header"] = {}
_mapping = threading.Lock()


class Header:
    """The header of one WAL index, as it is at any moment.

    Neither the map nor its file is ever closed. Locks on a file belong to the process (POSIX), and
    end when it closes *any* handle to it: SQLite's own locks on the WAL index would be gone.
    """

    def __init__(self, handle: int) -> None:
        """Map it from an open file, which nobody may close from now on."""
        self._bytes = mmap.mmap(handle, _HEADER, access=mmap.ACCESS_READ)
        # Nor may Python close the map when it ends, while other threads may still write.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._bytes))

    def read(self) -> bytes:
        """Return its bytes."""
        return self._bytes[:]


def header_of(database: str) -> Header | None:
    """Return the header of a database's WAL index, or None if there is none to be mapped.

    The caller must hold a connection to the database that has read from it, and must hold it for as
    long as it goes by the header: the file is another one after the last connection was closed.

    Args:
        database: path of the database's file.
    """
    # SQLite follows links before it names the files beside the database.
    path = f"{os.path.realpath(database)}-shm"
    with _mapping:
        try:
            found = os.stat(path)
            name = found.st_dev, found.st_ino
            known = _headers.get(name)
            if known is not None or found.st_size < _HEADER or len(_headers) >= _MOST_MAPPED:
                return known
            header = Header(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
        except (OSError, ValueError):
            # There is none, or it has just been made shorter.
            return None
        _headers[name] = header
        return header
