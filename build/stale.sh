#!/bin/sh
# Says whether the artefacts were built from the present sources, in a tenth of a second and without
# compiling anything:
#
#   build/stale.sh                     exits with 0 if all were, else with 1 and the files that changed
#   build/stale.sh transpiler          the same for one of them: vm, transpiler or snapshot
#   build/stale.sh transpiler --digest prints the digest of its present sources
#
# build/src/sources.rs documents the digest, and computes the same.
set -eu
cd "$(dirname "$0")/.."

# Sets the lists of an artefact.
select_artefact() {
    case $1 in
    vm)
        roots='
build/src
components/Cargo.lock
components/Cargo.toml
components/cli-driver
components/config-spin
components/config-wasmtime
components/console
components/data
components/driver
components/heap
components/host
components/http-driver
components/keyvalue-spin
components/keyvalue-wasmtime
components/link.rs
components/no-host
components/service-driver
components/stubs
components/wit
guest
host/component/src/image.rs
host/component/src/references.rs
host/component/src/section.rs
host/abi/Cargo.toml
host/abi/src
host/data/Cargo.toml
host/data/src
host/protocol/Cargo.toml
host/protocol/src
host/standalone/src/nested.rs
wit
'
        tools='diffy wac-graph wac-types wasm-encoder wasmparser wasmtime-wizer wit-component zstd-sys'
        artefacts=host/component/artefacts
        files='js-vm.wasm js-vm.image templates.zst references.zst constants.rs THIRD-PARTY.md'
        ;;
    transpiler)
        roots='
build/src/compile.rs
build/src/component.rs
build/src/licences
build/src/licences.rs
build/src/toolchain.rs
build/src/transpiler.rs
build/src/wrapper.rs
host/standalone/src/nested.rs
transpiler
'
        tools='wasm-encoder wasmparser wit-component'
        artefacts=host/transpiler/artefacts
        files='transpiler.wasm THIRD-PARTY.md'
        ;;
    snapshot)
        roots='
build/src/compile.rs
build/src/licences
build/src/licences.rs
build/src/snapshot_codec.rs
build/src/toolchain.rs
build/src/wrapper.rs
host/component/Cargo.toml
host/component/src
host/snapshot/Cargo.toml
host/snapshot/src
host/standalone/src/nested.rs
npm/snapshot/Cargo.lock
npm/snapshot/Cargo.toml
npm/snapshot/src
npm/snapshot/wit
'
        tools='wasm-encoder wasmparser'
        artefacts=npm/snapshot/artefacts
        files='snapshot.wasm THIRD-PARTY.md'
        ;;
    *)
        echo "error: there is no artefact '$1': vm, transpiler or snapshot" >&2
        exit 2
        ;;
    esac
}

# macOS has no sha256sum.
if command -v sha256sum >/dev/null; then
    sha256() { sha256sum "$@"; }
else
    sha256() { shasum -a 256 "$@"; }
fi

lines() {
    for root in $roots; do
        if [ -e "$root" ]; then
            # The first paths are those of EXCLUDED in build/src/sources.rs.
            find -L "$root" \
                \( -path host/data/src/data -o -path host/data/src/serde \) -prune -o \
                \( -type d \( -name target -o -name node_modules -o -name '.?*' \) -prune \) -o \
                \( -type f ! -name tests.rs ! -name '.*' -print \)
        fi
    done | LC_ALL=C sort | tr '\n' '\0' | (
        if command -v sha256sum >/dev/null; then xargs -0 sha256sum; else xargs -0 shasum -a 256; fi
    )
    awk -v "tools=$tools" '
        BEGIN { split(tools, list, " "); for (i in list) wanted[list[i]] = 1 }
        /^name = / { gsub(/"/, "", $3); name = $3 }
        /^version = / && name in wanted { gsub(/"/, "", $3); print name, $3 }
    ' Cargo.lock | sha256 | sed 's/ .*/  Cargo.lock/'
}

check() {
    present=$(lines)
    digest=$(printf '%s\n' "$present" | sha256 | sed 's/ .*//')
    if [ "$1" = --digest ]; then
        echo "$digest"
        return
    fi

    record=$artefacts/sources.json
    if [ ! -f "$record" ]; then
        echo "error: there is no $record. Run \`./just component\` and commit $artefacts." >&2
        status=1
        return
    fi
    if ! grep -q "\"digest\": \"$digest\"" "$record"; then
        {
            echo "error: the artefact in $artefacts was built from other sources. These changed, or files were removed:"
            printf '%s\n' "$present" | while read -r hash path; do
                grep -q "\"$path\": \"$hash\"" "$record" || echo "    $path"
            done
            echo "Run \`./just component\` and commit $artefacts."
        } >&2
        status=1
        return
    fi
    for file in $files; do
        hash=$(sha256 "$artefacts/$file" 2>/dev/null | sed 's/ .*//')
        if ! grep -q "\"$file\": \"$hash\"" "$record"; then
            echo "error: $artefacts/$file is not the file that was built. Run \`./just component\`." >&2
            status=1
        fi
    done
}

status=0
for artefact in ${1:-vm transpiler snapshot}; do
    select_artefact "$artefact"
    check "${2:-}"
done
exit $status
