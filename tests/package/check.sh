#!/usr/bin/env bash
# Proves that the crates can be published and used without this checkout:
#
# 1. Every publishable crate passes `cargo package`.
# 2. A new project elsewhere, which depends on the packaged crates, builds and runs the embedding
#    example of README.md, with clang and the wasm target out of reach.
# 3. The documentation of the packaged crates builds as docs.rs builds it: DOCS_RS=1, no network.
#
# Usage: tests/package/check.sh [--quick] [FOLDER]    (default: target/consumer; what is built there stays)
#
# --quick leaves out the documentation, and takes the compiler for WebAssembly from the folder `target` of this
# checkout, if it is there: see shared.py. Otherwise, the project compiles each crate as a user's project does,
# in about five minutes on two cores.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

quick=false
if [[ ${1:-} == --quick ]]; then
    quick=true
    shift
fi
readonly root=$PWD quick
readonly folder=$(mkdir -p "${1:-target/consumer}" && cd "${1:-target/consumer}" && pwd)
readonly crates=(jsvm-data jsvm-protocol jsvm-abi jsvm-declare jsvm-component jsvm-snapshot jsvm-precompile jsvm-native jsvm jsvm-http jsvm-link
    jsvm-transpiler jsvm-node jsvm-flow jsvm-sandbox jsvm-mcp jsvm-modules jsvm-standalone jsvm-world jsvm-cli)
readonly version=$(sed -n 's/^version *= *"\(.*\)"/\1/p' Cargo.toml | head -n 1)

say() { printf 'package: %s\n' "$*" >&2; }

say "packaging ${#crates[@]} crates"
packages=()
for crate in "${crates[@]}"; do packages+=(--package "$crate"); done
# The project below compiles what is in the packages, with the features that it needs, so that
# cargo need not compile each of them on its own, too.
cargo package --quiet --allow-dirty --no-verify "${packages[@]}"

rm -rf "$folder/crates" "$folder/project"
mkdir -p "$folder/crates" "$folder/project/src" "$folder/bin"
for crate in "${crates[@]}"; do
    tar -xzf "target/package/$crate-$version.crate" -C "$folder/crates"
done

# ---- a project that knows the packages alone --------------------------------------------------

{
    cat <<'END'
[package]
name = "consumer"
edition = "2024"

[workspace]

END
    # README's own list of dependencies.
    sed -n '/^```toml/,/^```/p' README.md | sed '/^```/d' | sed -n '/^\[dependencies\]/,$p'
    printf '\n[patch.crates-io]\n'
    for crate in "${crates[@]}"; do
        printf '%s = { path = "%s" }\n' "$crate" "$folder/crates/$crate-$version"
    done
    if $quick; then
        printf '\n'
        python3 tests/package/shared.py
    fi
} >"$folder/project/Cargo.toml"
# The first block of README with a `main` is the embedding example.
awk '
    /^```rust$/ { block = ""; inside = 1; next }
    /^```$/ && inside { if (block ~ /async fn main/) { printf "%s", block; exit } inside = 0 }
    inside { sub(/^# /, ""); block = block $0 "\n" }
' README.md >"$folder/project/src/main.rs"
test -s "$folder/project/src/main.rs" || {
    say "README.md has no embedding example"
    exit 1
}

# What must not be needed fails loudly.
for tool in clang clang-{14..23} llvm-ar wasm-ld wasm-opt; do
    printf '#!/bin/sh\necho "%s was called: a consumer must not need it" >&2\nexit 1\n' "$tool" >"$folder/bin/$tool"
done
cat >"$folder/bin/rustc-here" <<'END'
#!/bin/sh
case " $* " in
*wasm32-*)
    echo "something is compiled for WebAssembly: a consumer must not need that" >&2
    exit 1
    ;;
esac
exec "$@"
END
chmod +x "$folder"/bin/*

target=$folder/target
if $quick; then
    target=$root/target
    [[ -z ${CARGO_TARGET_DIR:-} ]] || target=$(mkdir -p "$CARGO_TARGET_DIR" && cd "$CARGO_TARGET_DIR" && pwd)
else
    # One profile for all that follows, so that nothing is compiled twice: debug information would only take
    # time, and the compiler for WebAssembly, which runs in a build script, is quicker if it is optimised.
    export CARGO_PROFILE_DEV_DEBUG=false CARGO_PROFILE_DEV_BUILD_OVERRIDE_OPT_LEVEL=1
fi

say "building the embedding example of README.md in $folder/project"
cd "$folder/project"
cp "$root/Cargo.lock" . # the versions that the checkout is tested with; cargo leaves out the rest
start=$SECONDS
PATH=$folder/bin:$PATH RUSTC_WRAPPER=$folder/bin/rustc-here CC=gcc cargo run --quiet --target-dir "$target"
say "it runs; built in $((SECONDS - start)) s"

# ---- documentation as docs.rs builds it -------------------------------------------------------

if $quick; then
    say "the packages and the example passed; the documentation was left out"
    exit
fi
say "building documentation as docs.rs does"
for crate in "${crates[@]}"; do
    case $crate in jsvm-cli) continue ;; esac
    cp "$root/Cargo.lock" "$folder/crates/$crate-$version/"
    {
        printf '\n[workspace]\n\n[patch.crates-io]\n'
        for other in "${crates[@]}"; do
            [[ $other == "$crate" ]] || printf '%s = { path = "../%s" }\n' "$other" "$other-$version"
        done
    } >>"$folder/crates/$crate-$version/Cargo.toml"
    (
        cd "$folder/crates/$crate-$version"
        # What `package.metadata.docs.rs` of the crate says.
        options=()
        if sed -n '/^\[package.metadata.docs.rs\]/,/^$/p' Cargo.toml | grep -q '^all-features = true'; then
            options=(--all-features)
        fi
        DOCS_RS=1 RUSTDOCFLAGS="-D warnings" \
            cargo doc --quiet --offline --no-deps --lib "${options[@]}" --target-dir "$folder/target"
    )
done
say "all of it passed"
