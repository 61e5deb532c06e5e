# A script in the middle of counting; restored, it counts on.
jsvm snapshot frozen/counter.js -o counter.snap
jsvm restore counter.snap --call next
jsvm restore counter.snap --eval '[calls, last, next()]'

# What runs before it is frozen: jobs, and modules that are imported.
echo 'Promise.resolve("a job").then(console.log); console.error("an error")' | jsvm snapshot - -o jobs.snap
cp -r frozen/lib . && echo 'import text from "./lib/here.mjs"; console.log(text, scriptArgs)' > imports.mjs && jsvm snapshot imports.mjs one 2 -o imports.snap -- -x --memory
jsvm snapshot hello.js -o hello.snap
jsvm run -- hello.js | head -n 1

# What still waits is what it is for.
echo 'await new Promise(() => {}); console.log("never")' | jsvm snapshot - -o waiting.snap && jsvm restore waiting.snap
jsvm snapshot frozen/order.mjs 1815 --request approve --request send -o order.snap

# The same in, the same out, wherever it is.
mkdir copy && cp -r frozen copy; for from in . copy; do (cd $from; jsvm snapshot --clock 0 --seed 1 frozen/counter.js -o same.snap); done; cmp same.snap copy/same.snap
# A plain snapshot does not hold the seed.
jsvm snapshot --clock 0 --seed 2 frozen/counter.js -o other.snap; cmp same.snap other.snap

# Standard output.
jsvm snapshot frozen/counter.js -o - | jsvm restore - --eval 'last'
jsvm snapshot frozen/counter.js -o - 2> /dev/null | cmp -n 8 - counter.snap

# Notes, compression, garbage, and what differs from another snapshot.
jsvm snapshot frozen/counter.js -o noted.snap --meta step=1 --meta 'a key=a=b' --meta empty= --meta step=2 && jsvm inspect noted.snap | sed -n '/^metadata/,/^roots/p'
jsvm snapshot frozen/counter.js -o small.snap --small && test $(wc -c < small.snap) -lt $(wc -c < counter.snap) && jsvm restore small.snap --eval last
echo 'for (let i = 0; i < 50000; i++) { const o = { text: "some text " + i }; o.self = o }' > garbage.js; jsvm snapshot garbage.js -o with.snap; jsvm snapshot garbage.js -o without.snap --gc; test $(wc -c < without.snap) -lt $(wc -c < with.snap)
cp frozen/counter.js longer.js; echo 'globalThis.more = "more"' >> longer.js; jsvm snapshot longer.js -o delta.snap --since counter.snap && test $(wc -c < delta.snap) -lt $(wc -c < counter.snap) && jsvm restore delta.snap --parent counter.snap --eval '[last, more]'
jsvm snapshot longer.js -o delta2.snap --since counter.snap --since delta.snap && jsvm restore delta2.snap --parent counter.snap --parent delta.snap --eval '[last, more]'

# A program that fails leaves an older snapshot as it was, and nothing else.
cp counter.snap kept.snap; echo 'throw new Error("no")' | jsvm snapshot - -o kept.snap; cmp counter.snap kept.snap
echo 'Promise.reject(new Error("no"))' | jsvm snapshot - -o kept.snap; cmp counter.snap kept.snap
jsvm snapshot --timeout 100ms loop.js -o kept.snap; cmp counter.snap kept.snap
jsvm snapshot --memory 20MiB hungry.js -o kept.snap; cmp counter.snap kept.snap
echo 'throw 1' | jsvm snapshot - -o new.snap; test -e new.snap
ls -A | grep tmp

# What is written to.
ln -s counter.snap link.snap; chmod 600 counter.snap; jsvm snapshot hello.js -o link.snap > /dev/null; test -L link.snap && stat -c %a counter.snap
mkfifo pipe; jsvm snapshot frozen/counter.js -o pipe > /dev/null & jsvm restore pipe --eval last
jsvm snapshot hello.js -o /dev/full | tail -n 1
jsvm snapshot hello.js -o - 2> /dev/null > /dev/full
jsvm snapshot hello.js -o modules
jsvm snapshot hello.js -o no/such/folder/hello.snap
cp hello.js source.js; jsvm snapshot source.js -o source.js; jsvm snapshot source.js -o ./frozen/../source.js; cmp hello.js source.js
jsvm snapshot hello.js -o counter.snap --since counter.snap

# Sealed.
printf 0123456789abcdef0123456789abcdef > key; echo 3031323334353637383961626364656630313233343536373839616263646566 > hex
jsvm snapshot frozen/counter.js -o sealed.snap --key-file key && grep -c numbers sealed.snap
jsvm restore sealed.snap --key-file hex --call next -o sealed.snap && jsvm restore sealed.snap --key-file key --eval 'last'

# Wrong use.
jsvm snapshot frozen/counter.js
jsvm snapshot -o x.snap
jsvm snapshot missing.js -o x.snap
jsvm snapshot frozen/counter.js -o x.snap --meta x
jsvm snapshot frozen/counter.js -o x.snap --meta =x
jsvm snapshot frozen/counter.js -o x.snap --since missing.snap
jsvm snapshot frozen/counter.js -o x.snap --since hello.js
jsvm snapshot frozen/counter.js -o x.snap --since foreign.snap
jsvm snapshot frozen/counter.js -o x.snap --since delta.snap 2>&1 | sed 's/[0-9a-f]\{32\}/[ID]/g'
jsvm snapshot frozen/counter.js -o x.snap --key-file missing
jsvm snapshot frozen/counter.js -o x.snap --key-file hello.js
jsvm snapshot frozen/counter.js -o x.snap --key-file /dev/zero
ls x.snap
