#!/usr/bin/env bash
# Makes the component of `bench/worlds` by each tool, and runs their work side by side. Some minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
readonly root=$PWD/../.. out=$PWD/../../target/worlds
mkdir -p "$out"
PATH=$root/.tools/bin:$PATH

# timed NAME COMMAND...  runs a command and says how long it took
timed() {
    local name=$1 began=$EPOCHREALTIME
    shift
    "$@"
    awk -v name="$name" -v from="$began" -v to="$EPOCHREALTIME" \
        'BEGIN { printf "worlds: %s: made in %.1f s\n", name, to - from }' >&2
}

npm ci --silent
# shellcheck disable=SC1091 # written by setup.sh
source "$root/.tools/guest.env"
unset guest_rust
cargo build --quiet --release --manifest-path rust/Cargo.toml --target wasm32-unknown-unknown --target-dir "$out/rust"
timed rust wasm-tools component new "$out/rust/wasm32-unknown-unknown/release/work.wasm" -o "$out/rust.wasm"
timed jsvm "$root/target/release/jsvm" build --wit wit/bench.wit -o "$out/jsvm.wasm" program.js
timed componentize-qjs node_modules/.bin/componentize-qjs --wit wit/bench.wit --js program.js --sync -o "$out/componentize-qjs.wasm"
timed componentize-js node componentize-js.mjs "$out/componentize-js.wasm"
"$root/target/release/jsvm-bench-worlds" "jsvm=$out/jsvm.wasm" "componentize-qjs=$out/componentize-qjs.wasm" \
    "componentize-js=$out/componentize-js.wasm" "rust=$out/rust.wasm"

readonly tasks=$PWD/asynchronous
timed "jsvm, asynchronous" "$root/target/release/jsvm" build --wit "$tasks/bench.wit" -o "$out/jsvm-tasks.wasm" "$tasks/program.js"
timed "componentize-qjs, asynchronous" node_modules/.bin/componentize-qjs --wit "$tasks/bench.wit" --js "$tasks/program.js" \
    -o "$out/componentize-qjs-tasks.wasm"
# componentize-js has no asynchronous functions, and componentize-qjs 0.4 cannot build with asynchronous imports.
"$root/target/release/jsvm-bench-tasks" "jsvm=$out/jsvm-tasks.wasm" "componentize-qjs=$out/componentize-qjs-tasks.wasm"
