#!/bin/sh
# Makes .venv ready to run (`setup.sh`) or to test (`setup.sh test`: a browser, fonts, PDF tools too). Instant when it is ready,
# and then without the network. Works as root and not, with or without a home folder, on a bare Debian or Ubuntu.
set -eu
cd "$(dirname "$0")/.."
unset CDPATH
umask 022
VENV=.venv
LOG=$VENV/setup.log

say() { printf '%s\n' "$*"; }
# The reason without addresses: where packages come from is the business of each machine.
reason() { sed -E "s#[a-z+]+://[^ ']*#(address)#g; s#host='[^']*'#host#g; s#(Resolving|Connecting to|connect to) '?[^ ,]+#\1 (address)#g" "$LOG" | cut -c 1-240 | tail -n 12 >&2; }
die() { say "$1" >&2; [ ! -s "$LOG" ] || reason; exit 1; }
quietly() { "$@" >>"$LOG" 2>&1 </dev/null; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo -n env "$@"; else return 1; fi
}
# Install the first of the named Debian packages that there is; false where we may not or cannot.
apt() {
  command -v apt-get >/dev/null || return 1
  for package; do
    quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$package" && return 0
  done
  [ -z "${UPDATED:-}" ] || return 1
  UPDATED=1
  quietly as_root apt-get update && apt "$@"
}

home_of_our_own() {  # pip, mypy and browsers want to write into a home folder
  [ -n "${HOME:-}" ] && [ -w "${HOME:-/nonexistent}" ] && return
  HOME=$PWD/$VENV/home
  mkdir -p "$HOME"
  export HOME
}

new_enough() { command -v "$1" >/dev/null && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
find_python() {
  for PYTHON in "${TIANPING_PYTHON:-python3.11}" python3.11 python3.12 python3.13 python3.14 python3; do
    if new_enough "$PYTHON"; then return; fi
  done
  apt python3.11 python3 || true
  for PYTHON in python3.11 python3; do
    if new_enough "$PYTHON"; then return; fi
  done
  die "Python 3.11 is missing. On Debian or Ubuntu: apt-get install python3.11 python3.11-venv"
}

make_venv() {
  find_python
  if [ -x "$VENV/bin/python" ] && new_enough "$VENV/bin/python" && "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then return; fi
  say "setup: making $VENV with $("$PYTHON" --version)"
  # Debian ships python3 without ensurepip; its package name carries the version.
  if ! "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then
    short=python$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    apt "$short-venv" python3-venv || die "Python lacks its venv module. Run as root: apt-get install $short-venv"
  fi
  rm -rf "$VENV/bin" "$VENV/lib" "$VENV/lib64" "$VENV/pyvenv.cfg"  # a half-made or moved one
  quietly "$PYTHON" -m venv "$VENV" || die "Could not make $VENV"
}

# What the set-up was made from: the lock, the project's declaration, the folder (an editable install names it).
mark() { { cat requirements.lock pyproject.toml; pwd -P; } | cksum; }

install() {
  stamp=$VENV/.installed
  if [ "$(cat "$stamp" 2>/dev/null)" != "$(mark)" ]; then
    rm -f "$stamp"
    mkdir -p "$VENV"
    : >"$LOG"
    make_venv
    say "setup: installing what requirements.lock names"
    export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_NO_INPUT=1 PIP_REQUIRE_VIRTUALENV=0
    quietly "$VENV/bin/python" -m pip install --require-hashes --no-deps -r requirements.lock || die "Could not install the packages:"
    quietly "$VENV/bin/python" -m pip install --no-deps --no-build-isolation -e . || die "Could not install the project itself:"
    mark >"$stamp"
  fi
  # Fresh sentences, fresh .mo: it is compiled here and never committed.
  compiled=tianping/locale/en/LC_MESSAGES/django.mo
  if [ -d tianping/locale/parts ] && { [ ! -s "$compiled" ] || [ -n "$(find tianping/locale -name '*.po' -newer "$compiled" | head -n 1)" ]; }; then
    "$VENV/bin/python" -m tools.house.locale compile || die "Could not compile the English sentences"
  fi
}

a_browser() {
  for name in chromium-headless-shell chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null && "$name" --version >/dev/null 2>&1; then return 0; fi  # Ubuntu's may be a stub
  done
  "$VENV/bin/python" - 2>/dev/null <<'PY'
import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    sys.exit(not pathlib.Path(p.chromium.executable_path).exists())
PY
}

# Each of these is wanted by some tests only; what cannot be had is said, and those tests skip by name. Tried once for a lock.
for_tests() {
  tried=$VENV/.tried-for-tests
  [ "$(cat "$tried" 2>/dev/null)" = "$(mark)" ] && return
  : >"$LOG"
  # The shell without a window answers a fifth faster; not every distribution has it.
  command -v chromium-headless-shell >/dev/null || apt chromium-headless-shell || true
  if ! a_browser; then
    say "setup: installing Chromium"
    { apt chromium && a_browser; } || { quietly timeout 600 "$VENV/bin/python" -m playwright install chromium && a_browser; } ||
      say "setup: no Chromium; the browser tests will skip. As root: apt-get install chromium"
  fi
  if ! { command -v fc-list >/dev/null && fc-list :lang=zh family 2>/dev/null | grep -q .; }; then
    apt fonts-noto-cjk || say "setup: no Chinese fonts; pictures of pages will show boxes. As root: apt-get install fonts-noto-cjk"
  fi
  command -v pdftoppm >/dev/null || apt poppler-utils ||
    say "setup: no pdftoppm; the tests of PDF pages will skip. As root: apt-get install poppler-utils"
  mark >"$tried"
}

mkdir -p "$VENV"
home_of_our_own
install
[ "${1:-}" != test ] || for_tests
