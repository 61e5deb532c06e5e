# What varies with the build is left out.
jsvm snapshot frozen/counter.js -o counter.snap --clock 2026-01-31T12:00:00Z --meta step=1 --meta name=counter > /dev/null
jsvm inspect counter.snap | sed 's/[0-9a-f]\{32\}/[ID]/g; s/\[ID\]\[ID\]/[SHA]/; /^[fms][a-z]* /{s/[0-9.]* pages/[N] pages/; s/[0-9.]* [KMi]*B/[SIZE]/}'
jsvm inspect counter.snap --json | sed 's/"[0-9a-f]\{32\}"/"[ID]"/; s/"[0-9a-f]\{64\}"/"[SHA]"/; /Bytes\|Pages/s/[0-9]\{1,\}/[N]/'
test $(jsvm inspect counter.snap --json | sed -n 's/ *"fileBytes": \([0-9]*\),/\1/p') = $(wc -c < counter.snap)
jsvm inspect - < counter.snap | grep created

# Requests: what they were called with, in both forms.
jsvm snapshot frozen/order.mjs 1815 --request approve --request send -o order.snap
jsvm inspect order.snap | sed -n '/^metadata/,$p'
jsvm inspect order.snap --json | sed -n '/"metadata"/,$p'
jsvm snapshot frozen/odd.js --request ask -o odd.snap
jsvm inspect odd.snap | sed -n '/^requests/,$p'
jsvm inspect odd.snap --json | sed -n '/"requests"/,$p'
printf 'globalThis["\\u001b[31m"]()' | jsvm snapshot - --request "$(printf '\033[31m')" -o odd.snap; jsvm inspect odd.snap | tail -n 1

# Limits that it had.
jsvm snapshot frozen/counter.js -o limits.snap --memory 64MiB --timeout 1m30s > /dev/null; jsvm inspect limits.snap | grep limits; jsvm inspect limits.snap --json | grep -e '[mM]emory"' -e time

# A delta, without and with its parent.
jsvm restore counter.snap --call next -o delta.snap --delta --clock 2026-01-31 > /dev/null
jsvm inspect delta.snap | sed 's/[0-9a-f]\{32\}/[ID]/g; s/\[ID\]\[ID\]/[SHA]/; /^[fms][a-z]* /{s/[0-9.]* pages/[N] pages/; s/[0-9.]* [KMi]*B/[SIZE]/}'
jsvm inspect delta.snap --json | grep -e complete -e roots -e requests
test "$(jsvm inspect delta.snap | sed -n 's/^parent *//p')" = "$(jsvm inspect counter.snap | sed -n 's/^id *//p')"
jsvm inspect delta.snap --parent counter.snap --json | grep -e complete -e roots -e requests
jsvm inspect delta.snap --parent order.snap 2>&1 | sed 's/[0-9a-f]\{32\}/[ID]/g'

# Of another build, with a time and texts that nobody would write.
jsvm inspect foreign.snap | sed '/^id/d; /^[fms][a-z]* /{s/[0-9.]* pages/[N] pages/; s/[0-9.]* [KMi]*B/[SIZE]/}'
jsvm inspect foreign.snap --json | sed -n '/"engine"/,/"created"/p; /"metadata"/,$p'

# Sealed.
printf 0123456789abcdef0123456789abcdef > key; printf 0123456789abcdef0123456789abcdeg > other; jsvm snapshot frozen/counter.js -o sealed.snap --key-file key > /dev/null
jsvm inspect sealed.snap
jsvm inspect sealed.snap --key-file other
jsvm inspect sealed.snap --key-file key | grep file | sed 's/[0-9.]* [KMi]*B/[SIZE]/'
jsvm inspect sealed.snap --key-file key --json | grep sealed
jsvm inspect counter.snap --key-file key

# What is no snapshot, or not a whole one.
jsvm inspect
jsvm inspect missing.snap
jsvm inspect modules
jsvm inspect hello.js
jsvm inspect /dev/zero
: > empty.snap; jsvm inspect empty.snap
for n in 4 9 13 50 200 1000; do head -c $n counter.snap > cut.snap; jsvm inspect cut.snap 2>&1 | sed 's/[0-9]* bytes and/[SIZE] bytes and/'; done
for n in 1 11 12 15 20 100 500 1200; do { head -c $n counter.snap; printf '\377\377\377\377'; tail -c +$((n + 5)) counter.snap; } > damaged.snap; jsvm inspect damaged.snap 2>&1 | sed 's/[0-9]\{4,\} bytes and/[SIZE] bytes and/; s/has [0-9]\{4,\}/has [SIZE]/'; done
jsvm inspect counter.snap --memory 1
