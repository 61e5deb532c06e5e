#!/usr/bin/env bash
# Measures how long the first steps take, in a fresh clone with nothing built, and prints a table of the times and
# their budgets. CONTRIBUTING.md has the last table. It takes over an hour: see `--help`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly usage="\
Usage: tests/budgets.sh [STEP]...

Steps (default: run test cli guest consumer):
  run       ./just run, in a fresh clone                     budget 10 min
  test      ./just test after it                             budget 15 min
  cli       run a program after a changed line of the CLI    budget 60 s
  guest     the same after a changed line of the guest       budget 3 min
  consumer  build a project that depends on the crate jsvm   budget 5 min
  ci        .ci/run, in another fresh clone                  budget 25 min"

steps=("$@")
((${#steps[@]})) || steps=(run test cli guest consumer)
readonly root=$PWD
readonly folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
table=

# measure NAME BUDGET COMMAND...: its time, and whether it is within its budget, in seconds.
measure() {
    local name=$1 budget=$2 start=$SECONDS status=0
    shift 2
    printf 'budgets: %s\n' "$*" >&2
    "$@" >&2 || status=$?
    local took=$((SECONDS - start)) verdict=met
    ((took <= budget)) || verdict=missed
    ((status == 0)) || verdict="failed with $status"
    table+=$(printf '| %s | %d:%02d | %d:%02d | %s |' "$name" $((took / 60)) $((took % 60)) \
        $((budget / 60)) $((budget % 60)) "$verdict")$'\n'
}

clone() {
    git clone --quiet "$root" "$folder/$1"
    cd "$folder/$1"
}

# change FILE: a line that changes the program and nothing of what it does.
change() { printf '\n#[allow(dead_code)]\nconst CHANGED: u32 = %s;\n' "$RANDOM" >>"$1"; }

for step in "${steps[@]}"; do
    case $step in
    run)
        clone fresh
        measure "\`./just run\`, nothing built" 600 ./just run
        ;;
    test)
        cd "$folder/fresh"
        measure "\`./just test\` after it" 900 ./just test
        ;;
    cli)
        cd "$folder/fresh"
        change host/cli/src/command/run.rs
        measure "a program runs after a changed line of the CLI" 60 ./just run
        ;;
    guest)
        cd "$folder/fresh"
        ./setup.sh guest
        # What the artefact was built of must be there, as for somebody who works on the guest.
        ./just component --force
        change guest/src/jobs.rs
        measure "a program runs after a changed line of the guest" 180 ./just run
        ;;
    consumer)
        cd "$root"
        rm -rf "$folder/consumer"
        cargo package --quiet --allow-dirty --no-verify --package jsvm --package jsvm-data --package jsvm-protocol \
            --package jsvm-component --package jsvm-snapshot
        mkdir -p "$folder/consumer/src" "$folder/crates"
        cd "$folder/consumer"
        printf '[package]\nname = "consumer"\nedition = "2024"\n\n[workspace]\n\n[dependencies]\njsvm = "0.1"\n\n[patch.crates-io]\n' >Cargo.toml
        for crate in "$root"/target/package/*.crate; do
            tar -xzf "$crate" -C "$folder/crates"
            name=$(basename "$crate" .crate)
            printf '%s = { path = "../crates/%s" }\n' "${name%-[0-9]*}" "$name" >>Cargo.toml
        done
        cat >src/main.rs <<'END'
fn main() -> Result<(), jsvm::Error> {
    let vm = jsvm::Engine::new()?.vm().build()?;
    assert_eq!(vm.eval("6 * 7")?.to::<u32>()?, 42);
    Ok(())
}
END
        measure "a project with the crate \`jsvm\` builds and runs" 300 cargo run --quiet
        ;;
    ci)
        clone ci
        measure "\`.ci/run\`, nothing built" 1500 .ci/run
        ;;
    *)
        printf '%s\n' "$usage"
        exit 2
        ;;
    esac
done

printf '\nMeasured on %s, %s × %s, %s.\n\n' "$(date -I)" "$(nproc)" \
    "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)" "$(rustc --version | cut -d ' ' -f 1,2)"
printf '| step | time (min:s) | budget | |\n|---|---|---|---|\n%s' "$table"
