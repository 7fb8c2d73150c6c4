#!/bin/sh
# Make sure that there is a Chromium for the tests: the one named or on the PATH, else Playwright's own,
# else the system's. The argument is the Python whose playwright package is used.
set -u
found() {
  [ -n "${CHROMIUM:-}" ] && [ -x "$CHROMIUM" ] && return
  for name in chromium-headless-shell chromium chromium-browser google-chrome; do command -v $name && return; done
}
found >/dev/null && exit 0
"$1" -m playwright install --with-deps --only-shell chromium >/dev/null 2>&1 && exit 0
admin=""; [ "$(id -u)" = 0 ] || admin="sudo"
install() { DEBIAN_FRONTEND=noninteractive $admin apt-get install -y -qq "$1"; }
{ $admin apt-get update -qq && { install chromium-headless-shell || install chromium; }; } >/dev/null 2>&1
found >/dev/null && exit 0
echo "No Chromium for the browser tests: install one, or set CHROMIUM=/path/to/chromium." >&2
exit 1
