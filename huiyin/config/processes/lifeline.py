"""A child ends when its parent does, even one killed by -9: the kernel is asked to see to it."""

from __future__ import annotations

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1
_ENDED = 0


def follow(parent: int, sent: signal.Signals) -> None:
    """Have ``sent`` delivered to this process when ``parent`` ends; at once if it has.

    Called first thing after a fork, in the child. Not inherited by the child's own children.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, int(sent), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:
        os._exit(_ENDED)
