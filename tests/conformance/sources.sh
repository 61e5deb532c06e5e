#!/usr/bin/env bash
# Fetches Node's sources by Debian's package `nodejs` into a folder, and prints where their web-platform-tests are:
#
#   tests/conformance/sources.sh FOLDER
#
# apt needs no `deb-src` of the system: it gets lists of its own.
set -euo pipefail
folder=$(realpath "$1")
wpt=$folder/nodejs/test/fixtures/wpt
if [[ ! -d $wpt ]]; then
    apt=$folder/apt
    mkdir -p "$apt/lists/partial"
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    echo "deb-src [signed-by=$keyring] http://deb.debian.org/debian bookworm main" > "$apt/sources.list"
    options=(-o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$apt/lists" -o "APT::Sandbox::User=$(id -un)")
    (cd "$apt" && apt-get -qq "${options[@]}" update && apt-get -qq "${options[@]}" source --download-only nodejs) >&2
    mkdir -p "$folder/nodejs"
    tar xf "$apt"/nodejs_*.orig.tar.xz -C "$folder/nodejs" --strip-components 1 --wildcards '*/test/fixtures/wpt/*'
fi
echo "$wpt"
