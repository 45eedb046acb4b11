"""Put on PYTHONPATH by `tests/sockets.py`: from its start, a Python process may open no internet
socket, neither from Python (audit hook, which names the culprit) nor from native code (seccomp
filter, which ends the process with SIGSYS). Children inherit both."""

import ctypes
import os
import platform
import socket
import sys
import traceback

LOG = os.environ["NETWORK_GUARD_LOG"]
INTERNET = (int(socket.AF_INET), int(socket.AF_INET6))
LOOKUPS = (
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.gethostbyaddr",
    "socket.getnameinfo",
)

# AUDIT_ARCH_* and the number of socket(2), from the kernel's headers.
SYSCALLS = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
ALLOW, KILL_PROCESS = 0x7FFF0000, 0x80000000
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
OFFSET_NUMBER, OFFSET_ARCH, OFFSET_FIRST_ARGUMENT = 0, 4, 16


class Instruction(ctypes.Structure):
    """struct sock_filter of linux/filter.h."""

    _fields_ = (
        ("code", ctypes.c_ushort),
        ("if_true", ctypes.c_ubyte),
        ("if_false", ctypes.c_ubyte),
        ("value", ctypes.c_uint),
    )


class Program(ctypes.Structure):
    """struct sock_fprog of linux/filter.h."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(Instruction)))


def note(line: str) -> None:
    with open(LOG, "a", encoding="utf-8") as log:
        log.write(line + "\n")


def watch(event: str, arguments: tuple[object, ...]) -> None:
    opened = event == "socket.__new__" and arguments[1] in INTERNET
    if opened or event in LOOKUPS:
        stack = "".join(traceback.format_stack(limit=12))
        note(f"violation {event} {arguments[1:]}\n{stack}")
        raise PermissionError(f"{event} {arguments[1:]} while the network is off limits")


def filter_native() -> bool:
    """True when the kernel took the filter."""
    if platform.system() != "Linux" or platform.machine() not in SYSCALLS:
        return False
    arch, socket_call = SYSCALLS[platform.machine()]
    steps = (Instruction * 9)(
        Instruction(LOAD_WORD, 0, 0, OFFSET_ARCH),
        Instruction(JUMP_IF_EQUAL, 0, 5, arch),
        Instruction(LOAD_WORD, 0, 0, OFFSET_NUMBER),
        Instruction(JUMP_IF_EQUAL, 0, 3, socket_call),
        Instruction(LOAD_WORD, 0, 0, OFFSET_FIRST_ARGUMENT),
        Instruction(JUMP_IF_EQUAL, 2, 0, INTERNET[0]),
        Instruction(JUMP_IF_EQUAL, 1, 0, INTERNET[1]),
        Instruction(RETURN, 0, 0, ALLOW),
        Instruction(RETURN, 0, 0, KILL_PROCESS),
    )
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    if prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    program = Program(len(steps), steps)
    return bool(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0)


sys.addaudithook(watch)
note(f"guard {'native' if filter_native() else 'python'}")
