"""Settings of the C library's allocator that more than double the speed of training on a Linux CPU.

By default each large tensor is mapped anew and its pages are faulted in one by one. They are read at start only, so the
program starts itself once more with them.
"""

import os
import sys

SETTINGS = {
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    "MALLOC_MMAP_THRESHOLD_": "4000000000",
    "MALLOC_TRIM_THRESHOLD_": "8000000000",
    "MALLOC_TOP_PAD_": "268435456",
}


def restart_with_settings() -> None:
    """Returns where they are set, where there is no such allocator, or where the caller has settings of its own."""
    if sys.platform != "linux" or any(name in os.environ for name in SETTINGS):
        return
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **SETTINGS})
