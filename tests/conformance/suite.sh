#!/usr/bin/env bash
# suite.sh FOLDER: downloads Debian's source package nodejs into FOLDER, unless it is there, and prints the folder of
# its sources. Nothing of the system is changed.
set -euo pipefail
mkdir -p "$1"
folder=$(cd "$1" && pwd)
find_sources() { find "$folder" -maxdepth 1 -type d -name 'node-v*' | sort | tail -n 1; }
if [[ -z $(find_sources) ]]; then
    # apt gets lists of its own: the archives that the system takes packages from, for their sources.
    mkdir -p "$folder/apt/lists/partial" "$folder/apt/cache/archives/partial" "$folder/apt/sources"
    shopt -s nullglob
    for list in /etc/apt/sources.lis[t] /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
        sed -E 's/^deb([[:space:]])/deb-src\1/; s/^Types:.*/Types: deb-src/' "$list" >"$folder/apt/sources/${list##*/}"
    done
    mv -f "$folder/apt/sources/sources.list" "$folder/apt/sources/system.list" 2>/dev/null || true
    options=(-o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$folder/apt/sources"
        -o "Dir::State::lists=$folder/apt/lists" -o "Dir::Cache=$folder/apt/cache" -q)
    cd "$folder"
    apt-get "${options[@]}" update >&2
    # Debian has several versions of the same archives; those with the tests are enough.
    apt-get "${options[@]}" source --download-only nodejs >&2 || true
    archive=$(ls nodejs_*.orig.tar.xz | tail -n 1)
    tar xJf "$archive" --wildcards '*/test/parallel/*' '*/test/common/*' '*/test/fixtures/*' '*/src/node_version.h'
fi
find_sources
