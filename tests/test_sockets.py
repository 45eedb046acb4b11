"""The guard itself, and that the commands stay off the network under it."""

from __future__ import annotations

import pytest

from tests.sockets import TRYON, run_guarded

LOOK_UP = "import socket; socket.getaddrinfo('localhost', 80)"
OPEN_IN_PYTHON = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)"
OPEN_IN_C = "import ctypes; ctypes.CDLL(None).socket({family}, 2, 0)"
OPEN_IN_A_THREAD = (
    "import threading, ctypes; "
    "t = threading.Thread(target=lambda: ctypes.CDLL(None).socket(2, 1, 0)); t.start(); t.join()"
)
OPEN_IN_A_CHILD = (
    "import subprocess, sys; "
    "subprocess.run([sys.executable, '-c', 'import socket; socket.socket()'], check=False)"
)
EVERY_HEAVY_LIBRARY = (
    "import os; os.environ['PYOPENGL_PLATFORM'] = 'egl'\n"
    "import av, cv2, flask, mediapipe.tasks.python.vision, numba, pyrender, trimesh"
)


@pytest.mark.parametrize("program", [LOOK_UP, OPEN_IN_PYTHON, OPEN_IN_A_CHILD])
def test_guard_names_python_code_that_reaches_for_the_network(program: str) -> None:
    run = run_guarded(["-c", program])
    assert len(run.attempts) == 1
    assert "socket" in run.attempts[0]


@pytest.mark.parametrize(
    "program", [OPEN_IN_C.format(family=2), OPEN_IN_C.format(family=10), OPEN_IN_A_THREAD]
)
def test_guard_catches_native_code(program: str) -> None:
    run = run_guarded(["-c", program])
    if not run.native:
        pytest.skip("this kernel takes no seccomp filter; the network namespace is empty instead")
    assert run.attempts == ["native code opened an internet socket (SIGSYS)"]


def test_guard_leaves_sockets_within_the_machine_alone() -> None:
    run = run_guarded(["-c", "import socket; socket.socketpair(); print('fine')"])
    assert (run.code, run.stdout, run.attempts) == (0, "fine\n", [])


def test_loading_every_library_opens_no_socket() -> None:
    run = run_guarded(["-c", EVERY_HEAVY_LIBRARY])
    assert run.attempts == []
    assert run.code == 0, run.stderr


def test_doctor_opens_no_socket() -> None:
    run = run_guarded([*TRYON, "doctor", "--json"])
    assert run.attempts == []
    assert '"checks"' in run.stdout
