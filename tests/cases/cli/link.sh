# Programs import what components export, by their own names or by one that is given.
jsvm run --link sums.wasm sums.js
jsvm eval --link sums.wasm 'import { addUp } from "acme:sums/basic@1"; addUp(1, 2)'
jsvm eval --link my=sums.wasm 'import { addUp } from "my/basic"; addUp(1, 2)'
jsvm eval --link my=sums.wasm 'import { basic } from "my"; basic.addUp.name'
echo 'const sums = await import("acme:sums"); console.log(Object.keys(sums))' > names.mjs; jsvm run --link sums.wasm names.mjs
echo 'import { addUp } from "acme:sums/basic"; const n: number = addUp(2, 3); console.log(n)' > typed.ts; jsvm run --link sums.wasm typed.ts
jsvm run sums.js
jsvm eval --link sums.wasm --link versions.wasm 'import { version } from "acme:tools/info@1"; version()'

# What is wrong is said where it is.
jsvm eval --link sums.wasm 'import { addUp } from "acme:sums/basic"; addUp(1, "2")'
jsvm eval --link sums.wasm 'import { addUp } from "acme:sums/basic@2"; addUp(1, 2)'
jsvm eval --link sums.wasm 'import { divide } from "acme:sums/basic"; divide(1, 0)'
jsvm eval --link sums.wasm 'import { trap } from "acme:sums"; try { trap() } catch (error) { error.message }'
jsvm eval --timeout 200ms --link sums.wasm 'import { spin } from "acme:sums"; spin()'
jsvm eval --link missing.wasm 1
jsvm eval --link names.mjs 1
jsvm eval --link nowhere.wasm 1
jsvm eval --link a=sums.wasm --link a=versions.wasm 1
jsvm eval --link =sums.wasm 1
jsvm eval --link "a b=sums.wasm" 1
jsvm eval --link-value-memory 1KiB --link sums.wasm 'import { addUp } from "acme:sums/basic"; addUp(1, 2)'

# A component may do nothing that is not allowed.
jsvm eval --link env=environment.wasm 'import { environment } from "env"; environment()'
jsvm eval --link env=environment.wasm --link-env LANG=en --link-env HOME 'import { environment } from "env"; environment().map(([name]) => name)'
jsvm eval --link env=environment.wasm --link-dir nowhere 1
jsvm eval --link-stdio 1
jsvm eval --link-compile-memory 64MiB 1
jsvm eval --link-compile-time 0s --link sums.wasm 1
jsvm eval --link env=environment.wasm --link-env NONE 1
jsvm eval --timeout 200ms --link sleep.wasm 'import { sleep } from "sleep"; sleep(60000n)'
echo 'import { sleep } from "sleep"; setTimeout(() => { sleep(1n); console.log("slept") }, 1)' > sleep.mjs; jsvm run --link sleep.wasm sleep.mjs

# Frozen programs find them again.
echo 'import { addUp } from "acme:sums/basic"; setTimeout(() => console.log(addUp(20, 1)), 50)' > later.mjs
jsvm snapshot --link sums.wasm --on-pending later.mjs -o later.snap
jsvm restore --link sums.wasm later.snap
jsvm restore later.snap

# Declarations for TypeScript.
jsvm types sums.wasm
jsvm types my=versions.wasm -o my.d.ts; cat my.d.ts
jsvm types nowhere.wasm
