"""One process in the folder of a run: two would overwrite each other's state and mix their logs.

The lock is the operating system's, on a file in the folder. It ends with its process, however that ends.
"""

import os
from pathlib import Path
from typing import TextIO

try:
    import fcntl
except ImportError:  # Windows has none; there it is left to the caller.
    fcntl = None

NAME = "lock"


def lock_run(folder: Path) -> TextIO:
    """Returns what has the lock until it is closed; ends the program where another process has it."""
    file = open(folder / NAME, "a+", encoding="utf-8")
    if fcntl is not None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            message = f"Process {holder} is training in {folder}: end that one, or take another folder."
            raise SystemExit(message) from None
    # For the message that others get.
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file
