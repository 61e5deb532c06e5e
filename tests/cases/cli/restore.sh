# On from where it was, as often as one likes.
jsvm snapshot frozen/counter.js -o counter.snap > /dev/null
jsvm restore counter.snap
jsvm restore counter.snap --eval 'next(); next(); last'
jsvm restore counter.snap --call next -o next.snap; jsvm restore next.snap --call next -o next.snap; jsvm restore next.snap --call next
jsvm restore counter.snap --call next

# Code and values are as in `jsvm eval`.
jsvm restore counter.snap --eval '{ calls, last }'
jsvm restore counter.snap --eval '{ calls, when: new Date(0) }' --json
jsvm restore counter.snap --eval 'next()' --json 2> /dev/null
jsvm restore counter.snap --eval 'await Promise.resolve(calls)'
jsvm restore counter.snap --eval '-last'
jsvm restore counter.snap --eval '() => 1' --json
jsvm restore counter.snap --eval 'await new Promise(() => {})'
jsvm restore counter.snap --eval 'let a = ;'
jsvm restore counter.snap --eval 'throw new TypeError("no")'
jsvm restore counter.snap --eval 'Promise.reject(new Error("no")); 1'
jsvm restore counter.snap --timeout 100ms --eval 'for (;;) {}'
jsvm restore counter.snap --clock 2026-01-31 --eval 'new Date()'
jsvm restore counter.snap --memory 20MiB --eval '"x".repeat(50e6).length'

# Functions by name. An argument is JSON or a string.
jsvm restore counter.snap --call Array.of 1 -2 true null '"text"' text '{"a": [1]}' '{a}' '' 1e3 '0x10'
jsvm restore counter.snap --call Array.of -- --json -1 -x
jsvm restore --call Math.max counter.snap 1 3 2
jsvm restore counter.snap --call console.log 'printed %d times' 1
jsvm restore counter.snap --call counter.next --json
jsvm snapshot frozen/lazy.mjs -o lazy.snap; jsvm restore lazy.snap --call object.who
jsvm restore lazy.snap --call fail
jsvm restore counter.snap --call missing
jsvm restore counter.snap --call missing.name
jsvm restore counter.snap --call last
jsvm restore counter.snap --call Array.of.
jsvm restore counter.snap --call if
jsvm restore counter.snap --call 'next()'
jsvm restore lazy.snap --call missing

# Modules that are imported later are where --modules says.
jsvm restore lazy.snap --modules frozen --call load here
cd frozen; jsvm restore ../lazy.snap --call load here
jsvm restore lazy.snap --call load here
jsvm restore lazy.snap --modules frozen --call load fails
jsvm restore lazy.snap --modules missing
jsvm restore lazy.snap --eval '(await import("./frozen/lib/here.mjs")).default'

# Requests that are settled in other processes.
jsvm snapshot frozen/order.mjs 1815 --request approve --request send -o order.snap
jsvm restore order.snap --call describe state
jsvm restore order.snap --settle 1=true -o approved.snap
jsvm restore approved.snap --call describe state 1 --json
jsvm restore approved.snap --settle '2={ "number": 7 }'
jsvm restore order.snap --settle 1=false -o refused.snap
jsvm restore order.snap --reject '1=nobody = there' -o rejected.snap && jsvm restore rejected.snap --settle 2=received
jsvm restore approved.snap --reject 2=undelivered
jsvm restore approved.snap --settle 1=true
jsvm restore approved.snap --settle 2=1 --settle 2=1
jsvm restore counter.snap --settle 1=true
jsvm restore order.snap --eval 'const answer = await send("now"); answer' -o asked.snap; jsvm inspect asked.snap | sed -n '/^requests/,$p'
jsvm restore order.snap --eval 'await send("now")'

# Notes stay, and can be replaced.
jsvm restore counter.snap -o noted.snap --meta a=1 --meta b=2 && jsvm restore noted.snap -o noted.snap --meta b=3 --meta c=4 && jsvm inspect noted.snap | sed -n '/^metadata/,/^roots/p'

# Random numbers are others each time, or the very same.
echo 'Math.random()' | jsvm snapshot - -o random.snap
test "$(jsvm restore random.snap --eval 'Math.random()')" = "$(jsvm restore random.snap --eval 'Math.random()')"
test "$(jsvm restore random.snap --resume --eval 'Math.random()')" = "$(jsvm restore random.snap --resume --eval 'Math.random()')"
test "$(jsvm restore random.snap --seed 1 --eval 'Math.random()')" = "$(jsvm restore random.snap --seed 1 --eval 'Math.random()')"

# A chain of what changed.
jsvm restore counter.snap --call next -o step1.snap --delta; jsvm restore step1.snap --parent counter.snap --call next -o step2.snap --delta
jsvm restore step2.snap --parent counter.snap --parent step1.snap --call next
test $(wc -c < step2.snap) -lt $(wc -c < counter.snap)
jsvm restore step2.snap --parent counter.snap --parent step1.snap -o whole.snap && jsvm restore whole.snap --parent step1.snap --call next 2>&1 | sed 's/[0-9a-f]\{32\}/[ID]/g'
jsvm restore whole.snap --parent counter.snap --call next
jsvm restore step2.snap 2>&1 | sed 's/[0-9a-f]\{32\}/[ID]/g'
jsvm restore step2.snap --parent counter.snap 2>&1 | sed 's/[0-9a-f]\{32\}/[ID]/g'
jsvm restore step2.snap --parent step1.snap 2>&1 | sed 's/[0-9a-f]\{32\}/[ID]/g'
jsvm restore step2.snap --parent step1.snap --parent counter.snap 2>&1 | sed 's/[0-9a-f]\{32\}/[ID]/g'
jsvm restore counter.snap -o counter.snap --delta
jsvm restore step1.snap --parent counter.snap -o counter.snap

# What fails leaves an older snapshot as it was.
cp counter.snap kept.snap; jsvm restore counter.snap --eval 'throw 1' -o kept.snap; cmp counter.snap kept.snap
jsvm restore counter.snap --eval 'next(); 1n' --json -o kept.snap; cmp counter.snap kept.snap
jsvm restore counter.snap --eval 'new Promise(() => {})' -o kept.snap && cmp -s counter.snap kept.snap

# What is in a snapshot cannot get in the way of how it is restored.
echo 'globalThis.Function = () => { throw 1 }; delete globalThis.JSON; globalThis.Promise = globalThis.eval = null; globalThis.f = x => x' | jsvm snapshot - -o mean.snap; jsvm restore mean.snap --eval '{ a: 1 }'; jsvm restore mean.snap --call f '{ "a": 1 }'; jsvm restore mean.snap --eval 'await 1'
jsvm restore mean.snap --eval 1 --json

# What cannot be restored.
jsvm restore missing.snap
jsvm restore modules
jsvm restore hello.js
jsvm restore foreign.snap
: > empty.snap; jsvm restore empty.snap
head -c 1000 counter.snap > cut.snap; jsvm restore cut.snap 2>&1 | sed 's/[0-9]\{4,\} bytes and/[SIZE] bytes and/'
{ head -c 500 counter.snap; printf 'XXXX'; tail -c +505 counter.snap; } > damaged.snap; jsvm restore damaged.snap
{ head -c 8 counter.snap; printf '\11\0'; tail -c +11 counter.snap; } > newer.snap; jsvm restore newer.snap
{ cat counter.snap; echo; } | jsvm restore -
jsvm restore - < hello.js
echo 'globalThis.big = new Uint8Array(90e6).fill(1)' | jsvm snapshot - -o big.snap; jsvm restore big.snap --memory 20MiB 2>&1 | sed 's/[0-9.]\{1,\} \{0,1\}MiB/[SIZE]/g'
jsvm restore big.snap --memory 100MiB --eval big.length

# Keys.
printf 0123456789abcdef0123456789abcdef > key; printf 0123456789abcdef0123456789abcdeg > other; jsvm restore counter.snap -o sealed.snap --key-file key; jsvm snapshot frozen/counter.js -o sealed.snap --key-file key > /dev/null
jsvm restore sealed.snap
jsvm restore sealed.snap --key-file other
jsvm restore counter.snap --key-file key
{ head -c 500 sealed.snap; printf 'XXXX'; tail -c +505 sealed.snap; } > altered.snap; jsvm restore altered.snap --key-file key
jsvm restore sealed.snap --key-file key --call next

# Wrong use.
jsvm restore
jsvm restore counter.snap --json
jsvm restore counter.snap 1 2
jsvm restore counter.snap --eval 1 --call next
jsvm restore counter.snap --delta
jsvm restore counter.snap --meta a=b
jsvm restore counter.snap --settle true
jsvm restore counter.snap --settle one=true
jsvm restore counter.snap -o no/such/folder/x.snap
jsvm restore counter.snap --memory 1
