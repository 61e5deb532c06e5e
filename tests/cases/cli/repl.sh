# What is typed at a terminal is in host/tests/repl.rs.
jsvm repl < repl.txt
printf '[1,\n' | jsvm repl
printf '1\n\377\n' | jsvm repl
printf '"no line end"' | jsvm repl
printf 'for (;;) {}\n1 + 1\n' | jsvm repl --timeout 100ms
printf 'let a = []; for (;;) a.push(a.slice())\n' | jsvm repl --memory 20MiB
printf 'Object.freeze(globalThis); 1\n2\n_\n' | jsvm repl
printf '1\n2\n3\n' | jsvm repl | head -n 1
printf 'function f() { return 1 }\n\n\n  \nf()\n' | jsvm repl
printf 'console.log("a"); console.error("b"); "c"\n' | jsvm repl 2>&1
printf 'await (async () => { throw new Error("awaited") })()\n' | jsvm repl
printf '((async () => { await null; throw new Error("late") })(), "value")\n' | jsvm repl
