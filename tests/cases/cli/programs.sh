# TypeScript and JSX.
jsvm run programs/app.ts one
jsvm run programs/page.tsx
jsvm run programs/script.ts
jsvm run programs/folder
jsvm run programs/legacy/main.ts
jsvm run programs/decorated.ts
cd programs; jsvm run folder/src/start.ts
jsvm eval "(await import('file://$PWD/programs/jsx/jsx-runtime.js')).jsx.name"
echo 'console.log(import.meta.url.split("/").at(-1))' > 'a #1?%20.mts'; jsvm run 'a #1?%20.mts'

# Errors point into the source as it was written.
jsvm run programs/fails.ts
jsvm run programs/wrong.ts
jsvm run programs/imports-wrong.ts

# CommonJS.
jsvm run programs/cjs/main.js
jsvm run programs/cjs/from-es.mjs
jsvm run programs/cjs/half.cjs
jsvm run programs/cjs/missing.cjs
jsvm run programs/cjs/wrong.cjs
jsvm run programs/cjs/imports-wrong.cjs
jsvm run programs/cjs/data.json

# Packages.
mkdir -p node_modules/dep/lib; echo '{ "exports": { ".": { "import": "./lib/es.mjs", "require": "./lib/main.cjs" } } }' > node_modules/dep/package.json; echo 'export const kind = "an ES module";' > node_modules/dep/lib/es.mjs; echo 'exports.kind = "CommonJS";' > node_modules/dep/lib/main.cjs
echo 'import { kind } from "dep"; console.log(kind)' > a.mjs; jsvm run a.mjs; echo 'console.log(require("dep").kind)' > a.cjs; jsvm run a.cjs
jsvm eval '(await import("dep")).kind'
echo 'import { kind } from "dep"; console.log(kind)' | jsvm run -
echo 'import "dep/lib/es.mjs"' > a.mjs; jsvm run a.mjs
echo 'import { spawn } from "child_process"; try { spawn("ls") } catch (error) { console.log(error.code, error.message) }' > a.mjs; jsvm run a.mjs
echo 'let x = {' > node_modules/dep/lib/es.mjs; echo 'import "dep"' > a.mjs; jsvm run a.mjs

# Frozen, with names that do not say where the program was.
mkdir -p deep/down; cp programs/shapes.ts deep/down; echo 'import { Circle } from "./shapes"; export const area = (r: number) => new Circle(r).area(); export const here = () => import.meta.url; export const fail = (): never => { throw new Error("frozen") }' > deep/down/main.ts; cd deep/down; jsvm snapshot main.ts -o ../../area.snap
jsvm restore area.snap --call area 1
jsvm restore area.snap --call here
jsvm restore area.snap --call fail
echo 'exports.next = () => typeof require' > a.cjs; jsvm snapshot a.cjs -o a.snap; jsvm restore a.snap --call next
