#!/bin/sh
# Makes sure of Debian packages: installs them as root, else names the ones that are missing. Elsewhere does nothing.
command -v dpkg-query >/dev/null || exit 0
missing=""
for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ]; then
    # shellcheck disable=SC2086
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null && exit 0
fi
echo "system libraries are missing; run: sudo apt-get install$missing" >&2
exit 1
