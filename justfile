# What is needed and missing is installed by the first recipe that needs it; see setup.sh.
# Arguments reach the commands as they were typed, spaces and all.
set positional-arguments

# List the recipes
[private]
default:
    @{{ quote(just_executable()) }} --justfile {{ quote(justfile()) }} --list --unsorted

# Recipes build with `--workspace`: features, and so dependencies, are those of all other builds, and nothing is
# compiled twice.

# Run a script, with arguments of its own if it wants some
run *ARGS='examples/hello.js': _rust _component
    cargo build --workspace --bin jsvm
    "${CARGO_TARGET_DIR:-target}/debug/jsvm" run "$@"

# Run any command of the `jsvm` program: `jsvm --help`
jsvm *ARGS: _rust _component
    cargo build --workspace --bin jsvm
    "${CARGO_TARGET_DIR:-target}/debug/jsvm" "$@"

# Everything that must hold before a change goes in; CI runs exactly this
test: _component fmt-check links linted-tests npm-test fuzz-smoke hostile-smoke doc audit lint-guest

# Only the tests; arguments go to `cargo test`: `cargo-test --test vm snapshot`
cargo-test *ARGS: _component _packages _guest
    cargo test --workspace "$@"

# What `lint` and `cargo-test` do, in one compilation: Clippy is the compiler, as `cargo clippy` has it for `cargo check`
linted-tests: _component _packages _guest _lint
    #!/usr/bin/env bash
    set -euo pipefail
    # An option, not a variable: tests that run cargo themselves compile as users do.
    clippy=(--config 'build.rustc-workspace-wrapper="clippy-driver"')
    export CLIPPY_ARGS='-Dwarnings__CLIPPY_HACKERY__'
    cargo "${clippy[@]}" test --workspace --all-targets --no-run
    cargo "${clippy[@]}" test --workspace

# Whether the crates can be published, and used without this checkout, clang and a WebAssembly target
package: _component
    tests/package/check.sh

# The same in two minutes, with the compiler that `test` has built, and without the documentation: CI runs this
package-consumer: _component
    tests/package/check.sh --quick

# Each crate with each set of its features, on its own
test-features: package
    tests/package/features.sh

# Build the npm package: npm/*.tgz
npm: _rust _component _npm
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build --workspace --bin jsvm-npm
    "${CARGO_TARGET_DIR:-target}/debug/jsvm-npm"
    cp LICENSE-MIT LICENSE-APACHE npm
    cat {host/component,npm/snapshot,host/transpiler}/artefacts/THIRD-PARTY.md > npm/THIRD-PARTY.md
    cd npm
    rm -rf dist ./*.tgz
    npx --no-install tsc
    npm pack --silent

# The tests of the npm package in Node.js, and a project that installs it
npm-test: npm
    # VMs are frozen in Rust, go on in Node.js, and in Rust again.
    cargo build --workspace --bin jsvm
    node --expose-gc --test npm/test/*.test.mjs npm/test/*/*.test.mjs
    npm/test/consumer.sh

# Build the Python package: python/dist/*.whl
python-wheel: _rust _component
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build --workspace --bin jsvm-npm
    "${CARGO_TARGET_DIR:-target}/debug/jsvm-npm"
    cp LICENSE-MIT LICENSE-APACHE python
    cat host/component/artefacts/THIRD-PARTY.md npm/snapshot/artefacts/THIRD-PARTY.md > python/THIRD-PARTY.md
    rm -rf python/dist
    # pip brings the build backend, in the version of pyproject.toml.
    python3 -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir python/dist ./python
    ls -l python/dist

# The tests of the Python package, installed into an environment of its own, and its types: needs Python 3.11
python-test: python-wheel
    #!/usr/bin/env bash
    set -euo pipefail
    # VMs are frozen in Rust, go on in Python, and in Rust again.
    cargo build --workspace --bin jsvm
    folder=$PWD/target/python-test
    [[ -x $folder/bin/python ]] || python3 -m venv "$folder"
    wheel=$(echo python/dist/*.whl)
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$wheel[test]"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall "$wheel"
    export JSVM_PROGRAM=$(realpath "${CARGO_TARGET_DIR:-target}/debug/jsvm")
    cd python
    "$folder/bin/python" -m pytest
    "$folder/bin/python" -m mypy

# Whether the npm package's manifest and types suit Node.js, bundlers and TypeScript, by tools that npm brings
npm-lint: npm
    #!/usr/bin/env bash
    set -euo pipefail
    folder=$PWD/target/npm-lint
    mkdir -p "$folder"
    npm install --prefix "$folder" --no-save --no-fund --no-audit --silent publint@0.3 @arethetypeswrong/cli@0.18
    "$folder/node_modules/.bin/publint" --strict npm/*.tgz
    # The package has ES modules alone, and Node.js 10 reads no `exports`. The wasm files have no types.
    "$folder/node_modules/.bin/attw" npm/*.tgz --profile esm-only --exclude-entrypoints js-vm.wasm snapshot.wasm transpiler.wasm \
        quickjs-wasi/quickjs.wasm quickjs-wasi/{url,encoding,headers,crypto,structured-clone}.so

# The npm package in projects of Vite and webpack, which npm brings; their output runs in Chromium
npm-bundlers: _browser npm
    #!/usr/bin/env bash
    set -euo pipefail
    folder=$PWD/target/npm-bundlers
    mkdir -p "$folder"
    npm install --prefix "$folder" --no-save --no-fund --no-audit --silent vite@8 webpack@5 webpack-cli@7
    node npm/test/bundlers.mjs "$folder"

# The npm package in Deno, Bun, workerd and a newer Node.js, which npm brings
npm-hosts: npm
    #!/usr/bin/env bash
    set -euo pipefail
    folder=$PWD/target/npm-hosts
    mkdir -p "$folder"
    npm install --prefix "$folder" --no-save --no-fund --no-audit --silent bun@1.4 deno@2.9 node@24 workerd@1
    bin=$folder/node_modules/.bin
    npm/test/consumer.sh "$bin/node" "$bin/bun" "$bin/deno run --allow-read"
    node npm/test/workerd.mjs "$bin/workerd"

# The examples of code mode, with the AI SDK and a client of MCP, which npm brings: their models and servers are stubs
npm-examples: npm
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build --workspace --bin jsvm
    target=${CARGO_TARGET_DIR:-$PWD/target}
    folder=$PWD/target/npm-examples
    rm -rf "$folder"
    mkdir -p "$folder"
    cp examples/code-mode/* "$folder"
    npm install --prefix "$folder" --no-fund --no-audit --silent
    npm install --prefix "$folder" --no-save --no-fund --no-audit --silent npm/*.tgz
    cd "$folder"
    node ai-sdk.mjs
    JSVM=$target/debug/jsvm node mcp-client.mjs

# 140 npm packages, in the versions of today: which print what Node.js prints; writes tests/sweep/README.md
sweep *PACKAGES: _rust _component
    cargo build --workspace --bin jsvm
    node tests/sweep/main.mjs "${CARGO_TARGET_DIR:-target}/debug/jsvm" target/sweep --write tests/sweep/README.md "$@"

# The first two hundred libraries of npm-high-impact: which print what Node.js 24 prints; writes docs/npm-high-impact.md
npm-high-impact *PACKAGES: _rust _component _guest
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build --workspace --bin jsvm
    npm ci --prefix tests/npm-high-impact --no-fund --no-audit --ignore-scripts --silent
    node=$(echo guest/node/node_modules/node-linux-*/bin/node)
    # Part of the libraries says nothing about the page.
    written=(--write docs/npm-high-impact.md)
    [[ $# == 0 ]] || written=()
    "$node" tests/npm-high-impact/main.mjs "${CARGO_TARGET_DIR:-target}/debug/jsvm" "$node" "${written[@]}" "$@"

# Packages of npm, in the versions of tests/npm/package-lock.json: which print what Node.js 24 prints; writes docs/reference/node.md
npm-programs *PACKAGES: _rust _component _guest
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build --workspace --bin jsvm
    npm ci --prefix tests/npm --no-fund --no-audit --ignore-scripts --silent
    node=$(echo guest/node/node_modules/node-linux-*/bin/node)
    ./setup.sh servers
    tests/npm/servers.sh "${CARGO_TARGET_DIR:-target}/npm-servers" \
        "$node" tests/npm/main.mjs "${CARGO_TARGET_DIR:-target}/debug/jsvm" "$node" --write docs/reference/node.md "$@"

# Node.js's own tests, from Debian's source package or from the folder SUITE; writes docs/conformance.md
conformance SUITE='' *FILTERS: _rust _component _guest
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build --workspace --bin jsvm
    suite=${1:-}
    shift || true
    [[ -n $suite ]] || suite=$(tests/conformance/suite.sh target/conformance)
    node=$(echo guest/node/node_modules/node-linux-*/bin/node)
    "$node" tests/conformance/main.mjs "${CARGO_TARGET_DIR:-target}/debug/jsvm" "$suite" --reference "$node" --write docs/conformance.md "$@"

# The tests of ECMAScript, from PATH, a checkout of github.com/tc39/test262; writes docs/conformance-test262.md
conformance-test262 PATH *FILTERS: _rust _component
    cargo build --workspace --bin jsvm-test262
    "${CARGO_TARGET_DIR:-target}/debug/jsvm-test262" --write docs/conformance-test262.md "$@"

# Some of Node.js's tests that pass, of each module: fails if one does not; CI runs it
conformance-sample: _rust _component _guest
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build --workspace --bin jsvm
    node=$(echo guest/node/node_modules/node-linux-*/bin/node)
    suite=$(tests/conformance/suite.sh target/conformance)
    "$node" tests/conformance/main.mjs "${CARGO_TARGET_DIR:-target}/debug/jsvm" "$suite" --sample

# The web-platform-tests that Debian's source package `nodejs` has, beside Node.js; writes docs/conformance-wpt.md
conformance-wpt *PATHS: _rust _component _guest
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build --workspace --bin jsvm
    node=$(echo guest/node/node_modules/node-linux-*/bin/node)
    suite=$(tests/conformance/suite.sh target/conformance)
    # Part of the tests says nothing about the page.
    written=(--write docs/conformance-wpt.md)
    [[ $# == 0 ]] || written=()
    "$node" tests/conformance/wpt/main.mjs "${CARGO_TARGET_DIR:-target}/debug/jsvm" "$node" "$suite/test/fixtures/wpt" "${written[@]}" "$@"

# Measure the npm package beside quickjs-wasi, in a minute
npm-bench: npm
    #!/usr/bin/env bash
    set -euo pipefail
    folder=$PWD/target/npm-bench
    mkdir -p "$folder"
    npm install --prefix "$folder" --no-save --no-fund --no-audit --silent quickjs-wasi@3.7.0
    node npm/bench/calls.mjs "$folder/node_modules/quickjs-wasi"

# Ten seconds of each target of fuzz/, without instrumentation
fuzz-smoke: _component
    FUZZ_SECONDS=10 cargo test --workspace --test fuzz -- --nocapture

# Run the program with hostile inputs for some seconds; `hostile 60 --seed 7` makes the same inputs again
hostile SECONDS='60' *ARGS: _component
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build --workspace --bin jsvm --bin jsvm-hostile
    target=${CARGO_TARGET_DIR:-target}
    "$target/debug/jsvm-hostile" --seconds "$1" --program "$target/debug/jsvm" --output "$target/hostile" "${@:2}"

# Ten seconds of them, always the same
hostile-smoke: (hostile '10' '--seed' '1' '--poll-gap' '250')

# Measure durable programs beside DBOS and workflow, in a quarter of an hour; `--quick` to try, `--worlds jsvm` for ours
bench-flow *ARGS: _rust _component _flow-peers
    #!/usr/bin/env bash
    set -euo pipefail
    built=$(cargo bench --package jsvm-flow --bench flow --no-run --message-format json |
        node -e 'const lines = require("fs").readFileSync(0, "utf8").trim().split("\n").map(JSON.parse);
            console.log(lines.findLast(({ executable, target }) => executable && target.name === "flow").executable)')
    node bench/flow/main.mjs --jsvm "$built" "$@"

# Kill workers of durable programs, and make their stores fail, for some seconds; checked by what a server saw
flow-faults SECONDS='60': _rust _component
    JSVM_FLOW_FAULTS="$1" cargo test --workspace --test faults -- --nocapture nothing_is_lost
    JSVM_FLOW_FAULTS="$1" cargo test --workspace --test program -- --nocapture flow::killed_workers

# Whether each relative link of the documentation leads somewhere
links:
    python3 tests/links.py

# The documentation as a book: target/book/index.html
book: _book
    PATH="$PWD/.tools/bin:$PATH" mdbook build

# Measure how long the first steps of a newcomer take, in a fresh clone: over an hour
budgets *ARGS:
    tests/budgets.sh "$@"

# All tests, those that take long too: in an hour or two
test-all: test verify-component package test-features test-portable test-component-libraries test-servers test-components npm-hosts npm-lint npm-bundlers npm-examples python-test platforms test-browser test-registry (fuzz '600') (fuzz '600' 'data')

# The tests of the libraries that components share, in two minutes
test-component-libraries:
    cargo test --release --manifest-path components/Cargo.toml \
        --package jsvm-component-data --package jsvm-driver
    cargo test --release --lib --manifest-path transpiler/Cargo.toml

# The tests of code for systems that lack what Linux has, as if this were one
test-portable: _component
    RUSTC_WORKSPACE_WRAPPER=$PWD/tests/portable-rustc cargo test --workspace --test vm -- instances:: snapshot::
    RUSTC_WORKSPACE_WRAPPER=$PWD/tests/portable-rustc cargo test --workspace --test leaks
    RUSTC_WORKSPACE_WRAPPER=$PWD/tests/portable-rustc cargo test --workspace --bin jsvm -- target::

# The examples as built files, under the servers of others: `wasmtime serve` and `jco serve`
test-servers: _component _packages _wasmtime _jco
    cargo test --workspace --test cases -- --ignored examples/

# Write the WIT package with its documentation to a file, as registries take it
wit-package FILE='target/jsvm-engine.wasm':
    cargo build --workspace --bin jsvm-build
    "${CARGO_TARGET_DIR:-target}/debug/jsvm-build" wit "$1"

# Publish that package with `wkg` to a registry on this machine, and have a project fetch it
test-registry: _registry (wit-package 'target/jsvm-engine.wasm')
    cargo build --workspace --bin jsvm
    tests/registry/check.sh "${CARGO_TARGET_DIR:-target}/debug/jsvm" target/jsvm-engine.wasm

# Run a program on two hosts of wasmCloud beside NATS, and kill one of them under load; `platforms 5` is the short form. SPIN=path runs programs on that `spin`, too
platforms SECONDS='60': _rust _component _platforms
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build --workspace --bin jsvm
    jsvm=${CARGO_TARGET_DIR:-target}/debug/jsvm
    if [[ -n ${SPIN:-} ]]; then
        python3 tests/platforms/spin.py "$jsvm" "$SPIN" target/platforms-spin
    else
        echo "platforms: Spin is skipped: SPIN=path names the program" >&2
    fi
    python3 tests/platforms/main.py "$jsvm" target/platforms --tools .tools/platforms --seconds "$1"

# Look at what a browser shows of a page that comes in two parts, and of the playground; writes pictures to target/browser
test-browser: _component _packages _browser npm
    cargo build --workspace --bin jsvm
    node tests/browser/streaming.mjs target/debug/jsvm target/browser
    node tests/browser/package.mjs npm target/debug/jsvm
    node npm/playground/build.mjs target/playground
    node tests/browser/playground.mjs target/playground target/browser

# Make the playground: a folder for any static host, target/playground
playground: npm
    node npm/playground/build.mjs target/playground

# Build the artefacts whose sources have changed; `vm`, `transpiler` or `snapshot` names one, `--force` builds it anyway
component *ARGS:
    #!/usr/bin/env bash
    set -euo pipefail
    # Takes a tenth of a second, and needs no toolchain.
    if (($# == 0)) && build/stale.sh 2>/dev/null; then
        exit
    fi
    ./setup.sh guest
    # Of the whole workspace: features, and so dependencies, are those of all other builds.
    cargo build --workspace --bin jsvm-build
    "${CARGO_TARGET_DIR:-target}/debug/jsvm-build" component "$@"

# Freeze programs into the next generation of tests/golden; with each release
golden: _rust _component
    cargo build --workspace --bin jsvm --bin jsvm-golden
    "${CARGO_TARGET_DIR:-target}/debug/jsvm-golden"

# Build the artefacts again in another folder, and compare the bytes
verify-component: _guest
    cargo build --workspace --bin jsvm-build
    "${CARGO_TARGET_DIR:-target}/debug/jsvm-build" verify

# Build the program, optimised: target/release/jsvm
build: _rust _component
    cargo build --release --package jsvm-cli

# Format all Rust code
fmt: _lint
    cargo fmt --all
    cargo fmt --manifest-path guest/Cargo.toml
    cargo fmt --manifest-path fuzz/Cargo.toml
    cargo fmt --manifest-path components/Cargo.toml --all
    cargo fmt --manifest-path components/till/Cargo.toml --all
    cargo fmt --manifest-path transpiler/Cargo.toml --all
    cargo fmt --manifest-path examples/plugins/words-rust/Cargo.toml
    cargo fmt --manifest-path bench/forms/Cargo.toml --all
    cargo fmt --manifest-path npm/snapshot/Cargo.toml

# Fail if `fmt` would change something
fmt-check: _lint
    cargo fmt --all --check
    cargo fmt --manifest-path guest/Cargo.toml --check
    cargo fmt --manifest-path fuzz/Cargo.toml --check
    cargo fmt --manifest-path components/Cargo.toml --all --check
    cargo fmt --manifest-path components/till/Cargo.toml --all --check
    cargo fmt --manifest-path transpiler/Cargo.toml --all --check
    cargo fmt --manifest-path examples/plugins/words-rust/Cargo.toml --check
    cargo fmt --manifest-path bench/forms/Cargo.toml --all --check
    cargo fmt --manifest-path npm/snapshot/Cargo.toml --check

# Clippy on the workspace; a warning is an error
lint: _component _lint
    cargo clippy --workspace --all-targets -- -D warnings

# Clippy on the guest, the components and the transpiler; a warning is an error
lint-guest: _guest _lint
    #!/usr/bin/env bash
    set -euo pipefail
    source .tools/guest.env
    if [[ $guest_rust == system ]]; then
        echo "lint: the guest is skipped: clippy needs rustup's standard library for wasm32-unknown-unknown" >&2
        exit
    fi
    # The folder and the profile with which `test` compiles components, so that procedural macros are compiled once;
    # without optimisation, since nothing else runs.
    folder=$PWD/target/tmp/components
    export CARGO_PROFILE_RELEASE_OPT_LEVEL=0
    for part in guest components transpiler; do
        echo "cargo clippy, in $part/" >&2
        (cd "$part" && cargo clippy --release --workspace --target wasm32-unknown-unknown --target-dir "$folder" -- -D warnings)
    done
    # In a folder of its own, since it is compiled with a flag of its own.
    echo "cargo clippy, in npm/snapshot/" >&2
    (cd npm/snapshot && RUSTFLAGS='--cfg getrandom_backend="custom"' \
        cargo clippy --release --target wasm32-unknown-unknown --target-dir "$folder-codec" -- -D warnings)

# The documentation of the crates; a warning is an error
doc: _component
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --lib

# Licences, banned and duplicate crates, sources of crates: deny.toml says what is allowed
audit: _audit
    #!/usr/bin/env bash
    set -euo pipefail
    PATH=$PWD/.tools/bin:$PATH
    echo "cargo deny, on the workspace and on the guest" >&2
    cargo deny check licenses bans sources
    # The guest has not all that deny.toml makes an exception for.
    cargo deny --manifest-path guest/Cargo.toml --config deny.toml check \
        -A unmatched-skip -A unnecessary-skip -A license-exception-not-encountered \
        licenses bans sources
    for part in transpiler npm/snapshot; do
        cargo deny --manifest-path "$part/Cargo.toml" --config deny.toml check \
            -A unmatched-skip -A unnecessary-skip -A license-exception-not-encountered \
            licenses bans sources
    done

# Feed a reader (`snapshot` or `data`) with what is wrong, for some seconds; stops at the first finding
fuzz SECONDS='600' TARGET='snapshot': _component _fuzz
    # No sanitizer: there is next to no unsafe code, and a sanitizer needs an unstable compiler.
    PATH="$PWD/.tools/bin:$PATH" cargo fuzz run --sanitizer none {{ quote(TARGET) }} -- \
        -max_total_time={{ quote(SECONDS) }} -timeout=20 -rss_limit_mb=1024

# Measure; arguments go to the benchmarks: `bench eval`
bench *ARGS: _component
    cargo bench --package jsvm --package jsvm-cli --package jsvm-transpiler --bench '*' -- "$@"

# Measure it beside its peers, in some minutes: `bench-peers --help` says what can be chosen
[no-exit-message]
bench-peers *ARGS: _component _peers
    node bench/peers/main.mjs "$@"

# Measure serving beside componentize-js and Node, in some minutes: `bench-http --help` says what can be chosen
[no-exit-message]
bench-http *ARGS: _component _wasmtime _http
    cargo build --release -p jsvm-cli
    node bench/http/main.mjs "$@"

# Measure calls between JavaScript and components beside jco, in some minutes
[no-exit-message]
bench-boundary *ARGS: _component _wasmtime _jco
    cargo build --release -p jsvm-cli
    PATH="$PWD/.tools/bin:$PATH" node bench/boundary/main.mjs "$@"

# Measure components for a world beside componentize-qjs, componentize-js and Rust, in some minutes
[no-exit-message]
bench-worlds: _component _guest _wac
    cargo build --release --workspace --bin jsvm --bin jsvm-bench-worlds --bin jsvm-bench-tasks
    bench/worlds/run.sh

# Measure modules of WebAssembly beside Node.js, in some minutes: `bench-webassembly --help` says what can be chosen
[no-exit-message]
bench-webassembly *ARGS: _rust _component _guest
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build --release --workspace --bin jsvm
    npm ci --prefix tests/npm --no-fund --no-audit --ignore-scripts --silent
    "$(echo guest/node/node_modules/node-linux-*/bin/node)" bench/webassembly/main.mjs "$@"

# Crop, sharpen, resize and encode a photograph by a component in Rust and in JavaScript; pictures are in target/image
[no-exit-message]
image *ARGS: _component _packages _wac
    components/component.sh build image-rust
    cargo build --release -p jsvm-cli
    node bench/image/main.mjs "$@"

# What each part of the engine costs in a built file, as a table
parts: _component
    cargo build --workspace --example parts
    "${CARGO_TARGET_DIR:-target}/debug/examples/parts"

# Compare the forms in which values could cross the boundary: bench/forms/README.md
bench-forms: _component
    #!/usr/bin/env bash
    set -euo pipefail
    source .tools/guest.env
    unset guest_rust
    cargo run --release --locked --manifest-path bench/forms/Cargo.toml \
        --target-dir target/forms -- "$PWD/target/forms"

# Run a component in another language with a VM of its own: rules-rust, calc-c, report-python, sheet-js; or print what scripts can import of one: image-rust
[no-exit-message]
run-component NAME: _guest
    @components/component.sh run {{ quote(NAME) }}

# All of them with the tools that their authors use, under `wasmtime run` and in Node.js
[no-exit-message]
test-components: _guest
    @components/component.sh test rules-rust calc-c report-python sheet-js till-rust till-c till-python till-node

# Install whatever the other recipes need and this machine lacks
setup: _guest _lint _audit _packages

# Remove what was built; the tools in .tools stay
clean:
    cargo clean
    cargo clean --manifest-path fuzz/Cargo.toml
    cargo clean --manifest-path guest/Cargo.toml
    cargo clean --manifest-path components/Cargo.toml

# setup.sh explains what fails better than a line number would.
[no-exit-message]
_guest:
    @./setup.sh guest

[no-exit-message]
_rust:
    @./setup.sh rust

# Like `component`, but says nothing if there is nothing to do
_component:
    #!/usr/bin/env bash
    set -euo pipefail
    build/stale.sh 2>/dev/null && exit
    echo "The sources of an artefact have changed: building it, about 3 minutes." >&2
    ./setup.sh guest
    cargo build --workspace --bin jsvm-build
    "${CARGO_TARGET_DIR:-target}/debug/jsvm-build" component

[no-exit-message]
_lint:
    @./setup.sh lint

[no-exit-message]
_packages:
    @./setup.sh packages

[no-exit-message]
_fuzz:
    @./setup.sh fuzz

[no-exit-message]
_registry:
    @./setup.sh registry

[no-exit-message]
_npm:
    @./setup.sh npm

_peers:
    @./setup.sh peers

[no-exit-message]
_flow-peers:
    @./setup.sh flow

[no-exit-message]
_audit:
    @./setup.sh audit

[no-exit-message]
_book:
    @./setup.sh book

[no-exit-message]
_http:
    @./setup.sh http

[no-exit-message]
_platforms:
    @./setup.sh platforms

[no-exit-message]
_wasmtime:
    @./setup.sh wasmtime

[no-exit-message]
_wac:
    @./setup.sh wac

[no-exit-message]
_jco:
    @./setup.sh jco

[no-exit-message]
_browser:
    @./setup.sh browser
