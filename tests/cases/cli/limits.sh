# Time: the program, its jobs and the modules it loads together.
jsvm run --timeout 100ms loop.js
jsvm run --timeout 100ms jobs.js
jsvm run --timeout 1600ms slices.mjs 2>&1 | grep -v native | sed 's/:7:[0-9]*/:7:[COLUMN]/'
jsvm eval --timeout 100ms 'for (;;) {}'
jsvm eval --timeout 100ms 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)'
jsvm eval --timeout 100ms 'try { for (;;) {} } catch { 1 } finally { 2 }'
jsvm eval --timeout 100ms --json '({ toJSON() { for (;;) {} } })'
jsvm run --timeout 10s hello.js

# Memory.
jsvm run --memory 20MiB hungry.js
jsvm run --memory 20MiB hungry-async.mjs
jsvm eval --memory 20MiB '"x".repeat(50e6).length'
jsvm eval --memory 20MiB 'new Uint8Array(50e6)'
jsvm eval --memory 20MiB 'try { "x".repeat(50e6) } catch (e) { e.name }'
jsvm eval --memory 1MiB '1 + 2'
jsvm eval --memory 4GiB '1 + 2'
