#!/usr/bin/env bash
# Make sure of the system's OpenGL (Mesa's software renderer will do) and GLib, and of Python's venv.
# As root on Debian or Ubuntu what is missing is installed; otherwise the exact command is printed.
# With `browser` as the second argument: make sure of Chromium, which only the page's tests need; where it
# cannot be installed they are skipped.
set -euo pipefail

python="${1:-python3.11}"
missing=()

# Library files rather than package names: a machine may have them from elsewhere.
libraries="$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null || true)"
has_library() { [[ "$libraries" == *"$1 "* ]]; }

if [ "${2:-}" = browser ]; then
    command -v chromium >/dev/null || missing+=(chromium)
    # Of what drives the browser.
    has_library libatomic.so.1 || missing+=(libatomic1)
    if ((${#missing[@]} == 0)); then
        exit 0
    fi
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        echo "Installing the browser for the page's tests: ${missing[*]}"
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -q </dev/null
        apt-get install -y -q --no-install-recommends "${missing[@]}" </dev/null
        exit 0
    fi
    echo "The tests of the page will be skipped. To run them:" >&2
    echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
    exit 0
fi

has_library libEGL.so.1 || missing+=(libegl1)
has_library libGLESv2.so.2 || missing+=(libgles2)
has_library libGL.so.1 || missing+=(libgl1)
has_library libglib-2.0.so.0 || missing+=(libglib2.0-0)
compgen -G "/usr/lib/*/dri/swrast_dri.so" >/dev/null ||
    compgen -G "/usr/lib/*/dri/libdril_dri.so" >/dev/null ||
    compgen -G "/usr/lib*/dri/*_dri.so" >/dev/null ||
    missing+=(libgl1-mesa-dri)
if ! command -v "$python" >/dev/null; then
    missing+=(python3.11 python3.11-venv)
elif ! "$python" -c "import ensurepip, venv" 2>/dev/null; then
    missing+=(python3.11-venv)
fi

if ((${#missing[@]} == 0)); then
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    echo "Please install what brings (Debian's names): ${missing[*]}" >&2
    exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "Some system packages are missing. Please run, then try again:" >&2
    echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
    exit 1
fi
echo "Installing system packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -q </dev/null
apt-get install -y -q --no-install-recommends "${missing[@]}" </dev/null
