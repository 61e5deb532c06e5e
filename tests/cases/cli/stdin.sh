# Standard input. Node.js 24 prints the same.
printf 'one two' | jsvm run stdin/sync.mjs
printf 'one two' | jsvm run stdin/file.mjs
printf 'one two' | jsvm run stdin/later.mjs
printf 'one two' | jsvm run stdin/iterate.mjs
jsvm run stdin/iterate.mjs
printf 'h\303\244' | jsvm run stdin/events.cjs
jsvm run stdin/events.cjs
(echo one; sleep 0.1; echo two) | jsvm run stdin/readable.cjs
printf 'one\r\ntwo\n\nthree' | jsvm run stdin/lines.mjs
printf 'Ada\nGrace\n' | jsvm run stdin/question.mjs
printf 'one two\n' | jsvm run stdin/pipe.mjs
printf 'one two' | jsvm run stdin/web.mjs
printf 'one two' | jsvm run stdin/idle.cjs
(echo one; sleep 0.1; echo two) | jsvm run stdin/twice.mjs
# 100 MB stream through a heap of 16 MB.
head -c 100000000 /dev/urandom | jsvm run --memory 16MiB stdin/iterate.mjs
jsvm run --memory 64MiB stdin/iterate.mjs < hello.js | cut -c 1-3
# A program that is standard input itself finds it at its end.
echo 'for await (const chunk of process.stdin) console.log("never"); console.log("end")' | jsvm run -
# The prompt reads standard input, so its programs do not.
printf 'process.stdin.on("end", () => console.log("end")).resume(), 0\n1+1\n' | jsvm repl
