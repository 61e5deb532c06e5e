#!/usr/bin/env bash
# Makes components in other languages, each composed with a VM, and runs them:
#
#   components/component.sh build NAME...   makes components/target/NAME.wasm
#   components/component.sh run NAME...     and runs it with `wasmtime run`
#   components/component.sh test NAME...    and compares what it prints with what is expected, also in
#                                           Node.js where it needs no files
#
# The commands are those of docs/guides/compose.md. JSVM names the program `jsvm`; without it, it is built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
readonly root=$PWD/.. target=$PWD/target
PATH=$root/.tools/bin:$PATH

say() { printf 'component: %s\n' "$*" >&2; }

jsvm() {
    if [[ -n ${JSVM:-} ]]; then
        "$JSVM" "$@"
    else
        cargo run --quiet --release --manifest-path "$root/host/cli/Cargo.toml" -- "$@"
    fi
}

setup() { "$root/setup.sh" "$@"; }

jco() { sheet-js/node_modules/.bin/jco "$@"; }

# Sets `wit`: the worlds and all that they refer to, in a folder without links.
worlds() {
    wit=$target/worlds
    rm -rf "$wit"
    cp -RL worlds "$wit"
}

# ---- Rust ------------------------------------------------------------------------------------

# rust PACKAGE NAME [OPTION]...  makes target/NAME.wasm of a package
rust() {
    local package=$1 name=$2
    shift 2
    setup wac
    # shellcheck disable=SC1091 # written by setup.sh
    source "$root/.tools/guest.env"
    local -a cargo=(build --release --target wasm32-unknown-unknown --package "$package" "$@")
    if [[ $guest_rust == system ]]; then
        # Debian's Rust builds the standard library from its sources.
        RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
            CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$(compgen -c wasm-ld | sort -rV | head -n 1) \
            /usr/bin/cargo "${cargo[@]}" -Zbuild-std=std,panic_abort
    else
        cargo "${cargo[@]}"
    fi
    wasm-tools component new "$target/wasm32-unknown-unknown/release/${package//-/_}.wasm" -o "$target/$name.wasm"
}

build_rules-rust() {
    rust jsvm-rules rules
    jsvm component --no-host -o "$target/js-vm.wasm"
    wac plug "$target/rules.wasm" --plug "$target/js-vm.wasm" -o "$target/rules-rust.wasm"
}

run_rules-rust() {
    wasmtime run --dir rules-rust::/ "$target/rules-rust.wasm" rules orders.json "$@"
}

test_rules-rust() {
    local folder
    folder=$(mktemp -d)
    cp -R rules-rust/rules rules-rust/orders.json "$folder"
    for expected in expected expected-again; do
        wasmtime run --dir "$folder::/" "$target/rules-rust.wasm" rules orders.json state |
            same "rules-rust/$expected.txt"
    done
    rm -r "$folder"
}

# What `./just bench-boundary` measures.

build_echo() { rust jsvm-echo echo; }

build_caller() {
    rust jsvm-caller caller-import --features import
    rust jsvm-caller caller-vm
    jsvm component --no-host -o "$target/js-vm.wasm"
    wac plug "$target/caller-vm.wasm" --plug "$target/js-vm.wasm" -o "$target/caller.wasm"
}

# It has no VM: scripts link it.
build_image-rust() { rust jsvm-image image-rust; }

run_image-rust() { jsvm types "$target/image-rust.wasm"; }

# ---- C ---------------------------------------------------------------------------------------

build_calc-c() {
    setup wac
    worlds
    # shellcheck disable=SC1091 # written by setup.sh
    source "$root/.tools/guest.env"
    c_component calc-host calc-c/host.c
    c_component calc calc-c/calc.c
    jsvm component -o "$target/js-vm-alone.wasm"
    wac compose calc-c/calc.wac -o "$target/calc-c.wasm" \
        --dep "jsvm:calc-host=$target/calc-host.wasm" \
        --dep "jsvm:vm=$target/js-vm-alone.wasm" \
        --dep "jsvm:calc=$target/calc.wasm"
}

# c_component WORLD SOURCE
c_component() {
    local out=$target/$1 name=${1//-/_}
    wit-bindgen c "$wit" --world "$1" --out-dir "$out" >/dev/null
    "$CC_wasm32_unknown_unknown" --target=wasm32-unknown-unknown -O2 -ffreestanding -mbulk-memory \
        -isystem freestanding/include -isystem "$out" -nostdlib -Wl,--no-entry -Wl,--stack-first \
        "$2" freestanding/libc.c "$out/$name.c" "$out/${name}_component_type.o" -o "$out/core.wasm"
    wasm-tools component new "$out/core.wasm" -o "$target/$1.wasm"
}

run_calc-c() { wasmtime run "$target/calc-c.wasm"; }

test_calc-c() {
    wasmtime run "$target/calc-c.wasm" <calc-c/input.txt | same calc-c/expected.txt
    setup jco
    jco run "$target/calc-c.wasm" <calc-c/input.txt | same calc-c/expected.txt
}

# ---- Python ----------------------------------------------------------------------------------

build_report-python() {
    setup wac python
    worlds
    (cd report-python && "$root/.tools/componentize-py/bin/componentize-py" \
        --wit-path "$wit" --world report componentize app -o "$target/report.wasm" >/dev/null)
    jsvm component --no-host -o "$target/js-vm.wasm"
    wac plug "$target/report.wasm" --plug "$target/js-vm.wasm" -o "$target/report-python.wasm"
}

run_report-python() { wasmtime run --dir report-python::/ "$target/report-python.wasm"; }

test_report-python() { run_report-python | same report-python/expected.txt; }

# ---- JavaScript ------------------------------------------------------------------------------

build_sheet-js() {
    setup wac jco
    worlds
    jco componentize sheet-js/app.js --disable http fetch-event --wit "$wit" --world-name sheet -o "$target/sheet.wasm" >/dev/null
    jsvm component --no-host -o "$target/js-vm.wasm"
    wac plug "$target/sheet.wasm" --plug "$target/js-vm.wasm" -o "$target/sheet-js.wasm"
}

run_sheet-js() { wasmtime run "$target/sheet-js.wasm"; }

test_sheet-js() {
    run_sheet-js | same sheet-js/expected.txt
    jco run "$target/sheet-js.wasm" | same sheet-js/expected.txt
}

# ---- Components that call a component in JavaScript ------------------------------------------

# till_rust PACKAGE  makes target/PACKAGE.wasm of the workspace `till`
till_rust() {
    # shellcheck disable=SC1091 # written by setup.sh
    source "$root/.tools/guest.env"
    local -a cargo=(build --release --target wasm32-unknown-unknown --manifest-path till/Cargo.toml --target-dir "$target" --package "$1")
    if [[ $guest_rust == system ]]; then
        # Debian's Rust builds the standard library from its sources.
        RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
            CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$(compgen -c wasm-ld | sort -rV | head -n 1) \
            /usr/bin/cargo "${cargo[@]}" -Zbuild-std=std,panic_abort
    else
        cargo "${cargo[@]}"
    fi
    wasm-tools component new "$target/wasm32-unknown-unknown/release/${1//-/_}.wasm" -o "$target/$1.wasm"
}

# Sets `wit`: the package of the tills and all that it refers to, in a folder without links.
till_wit() {
    wit=$target/till-wit
    rm -rf "$wit"
    cp -RL till/wit "$wit"
}

# Makes target/till-receipts.wasm: the component in TypeScript with the prices in Rust plugged in.
till_receipts() {
    setup wac
    till_wit
    till_rust catalog
    jsvm build till/receipts.ts --wit "$wit" --world receipts-js -o "$target/receipts.wasm"
    wac plug "$target/receipts.wasm" --plug "$target/catalog.wasm" -o "$target/till-receipts.wasm"
}

# Makes target/NAME.wasm of target/NAME-only.wasm and the receipts.
plug_till() { wac plug "$target/$1-only.wasm" --plug "$target/till-receipts.wasm" -o "$target/$1.wasm"; }

test_till() { wasmtime run "$target/$1.wasm" | same till/expected.txt; }

build_till-rust() {
    till_receipts
    till_rust till-rust
    mv "$target/till-rust.wasm" "$target/till-rust-only.wasm"
    plug_till till-rust
}

run_till-rust() { wasmtime run "$target/till-rust.wasm"; }

test_till-rust() {
    test_till till-rust
    setup jco
    jco run "$target/till-rust.wasm" | same till/expected.txt
}

build_till-c() {
    till_receipts
    c_component till till/till.c
    mv "$target/till.wasm" "$target/till-c-only.wasm"
    plug_till till-c
}

run_till-c() { wasmtime run "$target/till-c.wasm"; }

test_till-c() { test_till till-c; }

build_till-python() {
    till_receipts
    setup python
    (cd till/till-python && "$root/.tools/componentize-py/bin/componentize-py" \
        --wit-path "$wit" --world till-python componentize app -o "$target/till-python-only.wasm" >/dev/null)
    plug_till till-python
}

run_till-python() { wasmtime run "$target/till-python.wasm"; }

test_till-python() { test_till till-python; }

build_till-node() {
    setup jco
    till_receipts
    rm -rf "$target/till-node"
    jco transpile "$target/till-receipts.wasm" --name receipts -o "$target/till-node" >/dev/null
    echo '{ "type": "module" }' >"$target/till-node/package.json"
}

run_till-node() { node till/till.mjs "$target/till-node/receipts.js"; }

test_till-node() { run_till-node | same till/expected.txt; }

# ----------------------------------------------------------------------------------------------

# Compares standard input with a file. BLESS=1 writes the file anew.
same() {
    if [[ -n ${BLESS:-} ]]; then
        cat >"$1"
    else
        diff -u "$1" -
    fi
}

readonly command=${1:?build, run or test}
shift
mkdir -p "$target"
for name; do
    declare -F "build_$name" >/dev/null || {
        say "there is no $name here: rules-rust, image-rust, calc-c, report-python, sheet-js, till-rust, till-c, till-python or till-node"
        exit 1
    }
    say "building $name"
    "build_$name"
    case $command in
    build) say "it is $target/$name.wasm" ;;
    # Not joined by `&&`, which would ignore what fails inside of the functions.
    run)
        setup wasmtime
        "run_$name"
        ;;
    test)
        setup wasmtime
        "test_$name"
        say "$name prints what is expected"
        ;;
    *)
        say "\"$command\" is none of build, run, test"
        exit 1
        ;;
    esac
done
