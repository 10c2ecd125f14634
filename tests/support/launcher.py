"""Becomes another program that dies with its parent and, if asked, runs as another user.

Run as a script: ``launcher.py SIGNAL UID PROGRAM ARGUMENT...``. Without it a test run that is
killed would leave its servers behind; and PostgreSQL refuses to run as root.
"""

import ctypes
import os
import sys

#: From <linux/prctl.h>. Set after the change of user, which clears it.
PR_SET_PDEATHSIG = 1


def main() -> None:
    signal_number, uid = int(sys.argv[1]), int(sys.argv[2])
    if uid != os.geteuid():
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number)
    os.execv(sys.argv[3], sys.argv[3:])  # noqa: S606 - no shell is what we want


if __name__ == "__main__":
    main()
