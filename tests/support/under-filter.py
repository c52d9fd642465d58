"""Starts a command under a seccomp program: a machine whose kernel lacks something, for whatever is started.

under-filter.py PROGRAM_FILE COMMAND WORD...
"""

import ctypes
import os
import sys

PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


with open(sys.argv[1], "rb") as file:
    bytes_of_program = file.read()
buffer = ctypes.create_string_buffer(bytes_of_program, len(bytes_of_program))
program = Program(len(bytes_of_program) // 8, ctypes.addressof(buffer))
libc = ctypes.CDLL(None, use_errno=True)
for answer in (libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)):
    if answer != 0:
        raise OSError(ctypes.get_errno(), "the program is not taken")
os.execvp(sys.argv[2], sys.argv[2:])
