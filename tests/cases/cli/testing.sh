# `node:test`. Node.js 24 prints the same with --test-isolation=none, but for stacks.
sh testing/show jsvm test testing/all.mjs
sh testing/show jsvm test --test-reporter=tap testing/all.mjs
sh testing/show jsvm test --test-reporter=dot testing/hooks.mjs testing/types.ts
sh testing/show jsvm test testing/hooks.mjs
sh testing/show jsvm test testing/types.ts testing/common.cjs
sh testing/show jsvm test --test-name-pattern=numbers testing/types.ts testing/common.cjs
sh testing/show jsvm test --test-name-pattern='/^PARSES/i' --test-reporter=tap testing/common.cjs
sh testing/show jsvm test --test-skip-pattern=prints testing/common.cjs
sh testing/show jsvm test --test-only testing/only.cjs
sh testing/show jsvm test testing/late.mjs
sh testing/show jsvm test testing/broken.mjs testing/types.ts
mkdir -p testing/project/node_modules/x && cp testing/project/test.js testing/project/node_modules/x/x.test.js
sh testing/show jsvm test testing/project --test-reporter=junit
# Without FILES, those of the current folder.
cd testing/project && sh ../show jsvm test
mkdir empty && cd empty && jsvm test
jsvm test testing/none.js
jsvm test --test-reporter=loud testing/types.ts
# A program that is run prints results, too.
sh testing/show jsvm run testing/common.cjs
sh testing/show jsvm run testing/late.mjs
