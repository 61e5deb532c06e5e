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
