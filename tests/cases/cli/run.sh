# Programs and their arguments.
jsvm run hello.js
jsvm run args.js one --memory 'two words' -- -x
jsvm run -- args.js one
echo 'console.log("from stdin", scriptArgs)' | jsvm run - one
jsvm run - < hello.js
printf '' > empty.js; jsvm run empty.js
printf '#!/usr/bin/env jsvm\nconsole.log("hash bang")' > script; jsvm run script
printf '\357\273\277console.log("byte order mark")' > bom.js; jsvm run bom.js
mkfifo pipe; echo 'console.log("a pipe")' > pipe & jsvm run pipe
ln -s hello.js link.js; jsvm run link.js | head -n 1

# The same every time.
jsvm run --seed 1 - < hello.js | tail -n 1
echo 'console.log(Math.random() === Math.random(), new Date())' | jsvm run --clock 2026-01-31T12:00:00Z -
test "$(jsvm eval --seed 7 'Math.random()')" = "$(jsvm eval --seed 7 'Math.random()')"
test "$(jsvm eval --seed 7 'Math.random()')" = "$(jsvm eval --seed 8 'Math.random()')"
jsvm eval --clock 2026-01-31 'new Date()'
jsvm eval --clock '2026-01-31 12:00:00' '[new Date(), performance.now()]'
jsvm eval --clock 1000000000 'new Date()'
