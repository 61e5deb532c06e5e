#!/usr/bin/env bash
# Checks each crate with each set of its features that makes sense, on its own: in the workspace,
# features that other crates ask for would hide what is missing.
#
# Usage: tests/package/features.sh [FOLDER]    (default: target/consumer, where check.sh has unpacked the crates)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly folder=$(cd "${1:-target/consumer}" && pwd)
readonly version=$(sed -n 's/^version *= *"\(.*\)"/\1/p' Cargo.toml | head -n 1)

# As in check.sh, so that what was compiled there is not compiled again. Nothing is run here, so the native
# code of the VM is not needed.
export CARGO_PROFILE_DEV_DEBUG=false CARGO_PROFILE_DEV_BUILD_OVERRIDE_OPT_LEVEL=1 DOCS_RS=1

check() {
    local crate=$1 features=$2
    printf 'features: %s with %s\n' "$crate" "${features:-none}" >&2
    (
        cd "$folder/crates/$crate-$version"
        RUSTFLAGS="-D warnings" cargo check --quiet --offline --lib --no-default-features --features "$features" \
            --target-dir "$folder/target"
    )
}

check jsvm-data ""
check jsvm-data std
check jsvm-component ""
check jsvm-component engine
check jsvm-component templates
check jsvm-snapshot ""
check jsvm ""
check jsvm event-loop
check jsvm precompile
check jsvm compile
check jsvm precompile,compile,event-loop
check jsvm-http ""
check jsvm-http client
check jsvm-http server
check jsvm-link ""
check jsvm-transpiler ""
check jsvm-transpiler precompile
check jsvm-transpiler compile
check jsvm-node ""
check jsvm-node precompile
check jsvm-node compile
check jsvm-flow ""
check jsvm-flow precompile
check jsvm-flow compile
check jsvm-sandbox ""
check jsvm-sandbox precompile
check jsvm-mcp ""
check jsvm-mcp precompile
check jsvm-modules ""
check jsvm-standalone ""
check jsvm-abi ""
check jsvm-declare ""
check jsvm-world ""
