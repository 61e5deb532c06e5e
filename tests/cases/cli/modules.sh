jsvm run modules/main.mjs

# Errors in and around imported modules.
jsvm run modules/imports-broken.mjs
jsvm run modules/imports-missing.mjs
jsvm run modules/imports-bare.mjs
jsvm run modules/imports-name.mjs
jsvm run modules/fails.mjs
jsvm run modules/lib/outside.mjs

# Module or script.
echo 'console.log(typeof this)' > a.js; cp a.js a.mjs; cp a.js a.cjs; cp a.js a; for f in a.js a.mjs a.cjs a; do jsvm run $f; done
echo 'console.log(typeof this); await 0' > a.js; cp a.js a.cjs; jsvm run a.js; jsvm run a.cjs
echo 'var await = 1; console.log(typeof this, await)' | jsvm run -
jsvm run packages/module/src/main.js
jsvm run packages/module/src/up.js
jsvm run packages/module/script.cjs
mkdir -p packages/module/node_modules/dep; echo 'console.log(typeof this)' > packages/module/node_modules/dep/index.js; jsvm run packages/module/node_modules/dep/index.js
jsvm run packages/commonjs/main.js
jsvm run packages/broken/main.js
jsvm run packages/broken/script.cjs

# Modules of WebAssembly without an instance, and what looks like them.
echo AGFzbQEAAAABBwFgAn9/AX8DAgEABwcBA2FkZAAACgkBBwAgACABags= | base64 -d > add.wasm; mkdir -p node_modules/adds; cp add.wasm node_modules/adds; echo '{"exports":{"./wasm":"./add.wasm"}}' > node_modules/adds/package.json
echo 'import source add from "./add.wasm"; import of from "./add.wasm?module"; import source from from "adds/wasm"; console.log(add === of, from instanceof WebAssembly.Module, new WebAssembly.Instance(add).exports.add(1, 2))' > source.mts; cp source.mts source.mjs; jsvm run source.mjs; jsvm run source.mts
echo 'export default "plain"' > plain.mjs; echo 'import source from "./plain.mjs"; console.log(source)' > name.mjs; jsvm run name.mjs
echo 'import source plain from "./plain.mjs"' > wrong.mjs; jsvm run wrong.mjs
echo 'import source add, { x } from "./add.wasm"' > wrong.mjs; jsvm run wrong.mjs
jsvm build source.mjs --kind command -o source.wasm | sed 's/[0-9.]* [KM]iB/SIZE/g; s/[0-9]* ms/TIME/'

# data: URLs.
echo 'import one from "data:text/javascript,import%20path%20from%20%22node:path%22;%20export%20default%20path.sep"; import { add } from "data:application/wasm;base64,AGFzbQEAAAABBwFgAn9/AX8DAgEABwcBA2FkZAAACgkBBwAgACABags="; console.log(one, add(1, 2), (await import("data:text/javascript," + "//" + "x".repeat(9000) + "%0Aexport default 3")).default)' > data.mjs; jsvm run data.mjs
for url in 'data:text/plain,x' 'data:text/javascript' 'data:text/javascript;base64,*' "data:text/javascript,import './add.wasm'"; do echo "import \"$url\"" > data.mjs; jsvm run data.mjs; done
