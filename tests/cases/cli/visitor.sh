# `npm init` writes "type": "commonjs". A program that is an ES module runs, with a warning; in its other files the type counts.
mkdir npm; echo '{ "name": "npm", "type": "commonjs" }' > npm/package.json; echo 'export const a = 1' > npm/a.js; echo 'export const b = 2' > npm/b.mjs
echo 'import { b } from "./b.mjs"; console.log(b)' > npm/main.js; jsvm run npm/main.js
echo 'import { a } from "./a.js"; console.log(a)' > npm/other.mjs; jsvm run npm/other.mjs
echo 'export default { fetch() { return new Response("hi") } }' > npm/server.js; jsvm build npm/server.js -o npm.wasm --json | grep -o '"kind":"[a-z]*"'

# Environment variables without the permission are not set, and those that are get named at the end, once.
SECRET=1 OTHER=2 jsvm eval '[process.env.SECRET, process.env.SECRET, process.env.NOPE, "OTHER" in process.env, process.env.OTHER]'
echo "process.env.SECRET; process.exit(3)" | SECRET=1 jsvm run -
SECRET=1 jsvm eval --allow-env=SECRET 'process.env.SECRET'
jsvm eval 'global === globalThis'

# A package that looks at the arguments can be built.
mkdir -p picky/node_modules/flags; echo 'module.exports = process.argv.includes("--no-color")' > picky/node_modules/flags/index.js; echo 'import flags from "flags"; export default { fetch: () => new Response(String(flags)) }' > picky/main.mjs; jsvm build picky/main.mjs -o picky.wasm --json | grep -o '"kind":"[a-z]*"'
echo 'console.log(process.argv)' > argv.js; jsvm build argv.js -o argv.wasm

# The clock of --clock jumps to the next timer.
jsvm eval --clock 100 'await new Promise((done) => setTimeout(done, 86400000)); [Date.now(), performance.now()]'
echo 'let n = 0; const i = setInterval(() => { console.log(Date.now()); if (++n === 3) clearInterval(i) }, 1000); setTimeout(() => console.log("between"), 1500)' | jsvm run --clock 0 -
jsvm eval --clock 0 'setTimeout(() => console.log("later"), 1000); Promise.reject(new Error("first"))'

# What follows the file belongs to the program.
echo 'console.log(scriptArgs.slice(1))' > args.js; jsvm run args.js --help --memory 3 -- -x
jsvm run --memory 64MiB args.js --version
echo 'console.log(scriptArgs)' | jsvm run - --help
jsvm run --nope args.js
cp args.js ./-dashed.js; jsvm run -- -dashed.js a

# Files of WebAssembly, and programs that are meant for other commands.
jsvm run npm.wasm
jsvm build args.js -o argless.wasm > /dev/null; jsvm run argless.wasm
jsvm serve argless.wasm
printf '\0asm\1\0\0\0' > core.wasm; jsvm run core.wasm
echo 'export default () => console.log("called")' > main.mjs; jsvm run main.mjs
echo 'export default { fetch() {} }' > handler.mjs; jsvm run handler.mjs
echo 'export default { name: "config" }' > plain.mjs; jsvm run plain.mjs
jsvm build main.mjs | sed 's/,.*//'; ls main.wasm

# TZ counts.
TZ=Europe/Berlin jsvm eval 'new Date(0).toString()'
TZ=Nowhere jsvm eval 'new Date(0).getTimezoneOffset()'

# The value decides whether it is awaited.
jsvm eval 'Promise.resolve(3)'
jsvm eval 'Promise.resolve(3) // await'
jsvm eval '[new Promise(() => {}), Promise.resolve(1)]'
jsvm eval 'new Promise(() => {})'
jsvm eval 'new Promise((done) => setTimeout(done, 5, "later"))'
jsvm eval 'Promise.reject(new RangeError("no"))'

# A restored program that still waits says so.
echo 'const yes = await approve("x"); console.log("got", yes)' > order.mjs; jsvm snapshot --request approve order.mjs -o order.snap; jsvm restore order.snap
jsvm restore order.snap --settle 1=tru
jsvm restore order.snap --settle 1=approved
jsvm restore order.snap --eval 'Promise.resolve(4)'
echo 'approve("y").then(console.log)' > order.js; jsvm snapshot --request approve order.js -o order.snap; jsvm restore order.snap

# Values of flags.
jsvm eval --allow-net=https://example.com/x 1
jsvm eval --allow-net=http://example.com:8080 1
SECRET=1 jsvm eval -A 'process.env.SECRET'
jsvm serve handler.mjs --addr example
jsvm serve handler.mjs --port 8080 --addr :8080

# Errors of imports have a place.
printf '// one\nimport a from "./nope.js"' > place.mjs; jsvm run place.mjs
printf 'const a =\n  await import("./nope.js")' > place.mjs; jsvm run place.mjs
echo '{}' > data.json; printf '\nimport data from "./data.json"' > place.mjs; jsvm run place.mjs
printf '\nimport { f } from "acme:image/filters"' > place.mjs; jsvm run place.mjs
for name in wasi:keyvalue/store@0.2.0-draft fermyon:spin/key-value@2.0.0 wasi:config/store jsvm:nope https://example.com/x.js; do echo "import '$name'" > place.mjs; jsvm run place.mjs 2>&1 | grep -A1 'cannot find'; done

# TypeScript without a file.
printf 'interface A { b: number }\nconst f = (a: A): number => a.b;\nconsole.log(f({ b: 3 }), scriptArgs);\nconst x: A = null as any;\nx.b' | jsvm run - one
printf 'import { readFileSync } from "node:fs";\nconst x: number = 5;\nconsole.log(x, typeof readFileSync)' | jsvm run -
printf 'let a: = 5' | jsvm run -
jsvm eval 'const a: number = 3; a as any'
jsvm eval '{ a: 1 as number }'
jsvm eval 'let a: = 3'
printf 'const a = 1\nconst a = 2\na\nclass A { x = 1 }\nclass A { y = 2 }\nnew A()\nlet b: number = 3\ninterface X {\n  c: string\n}\nconst f = (x: X) => x.c\nf({ c: "d" })\nconst c = await 5\nc\n' | jsvm repl

# Errors of fetch have a place.
printf '\nconst load = async () => {\n  await fetch("http://example.com/x");\n};\nawait load()' > load.mjs; jsvm run load.mjs

# Declarations, a prompt with a snapshot, the time of a build, folders of components that do not exist.
jsvm types --runtime | grep 'declare module'
jsvm types --runtime main.wasm 2>&1 | head -n 1
echo 'globalThis.n = 41; const k = 1' > s.js; jsvm snapshot s.js -o s.snap; printf 'n + k\nn = 1\n.clear\nn\nconst k2: number = n\nk2\n' | jsvm repl --restore s.snap
echo 'const started = new Date(); export default () => started' > t.mjs; jsvm build t.mjs
jsvm build --clock now t.mjs | sed 's/,.*//'
jsvm eval --link sums.wasm --link-dir nowhere 1

# A program with a listener for requests is meant for a server.
echo 'addEventListener("fetch", (event) => event.respondWith(new Response("hi")))' > listener.js; jsvm run listener.js
