jsvm eval '[1, 2, 3].map(x => x * x)'
jsvm eval '{ a: 1, b: { c: [new Map([[1, new Set([2])]])] } }'
jsvm eval '{ let a = 1; a + 1 }'
jsvm eval 'let x = 5'
jsvm eval -- '-1'
jsvm eval '-1'
jsvm eval ''
jsvm eval '// nothing'
jsvm eval 'console.log("printed"); "value"'
jsvm eval 'await Promise.resolve([1, 2])'
jsvm eval '(await import("./modules/lib/text.mjs")).default'
jsvm eval 'Promise.resolve(1)'
jsvm eval 'Promise.reject(new Error("no"))'
jsvm eval 'await Promise.reject(new Error("no"))'
jsvm eval 'await new Promise(() => {})'
jsvm eval 'new Promise(() => {})'
jsvm eval 'throw new TypeError("no")'
jsvm eval 'let a = ;'
jsvm eval 'await 1; let a = ;'

# JSON.
jsvm eval --json '{ now: new Date(0), list: [1, undefined, NaN, "\ud800 é"] }'
jsvm eval --json '"text"'
jsvm eval --json 'console.log("not on stdout"); 1' 2> /dev/null
jsvm eval --json '(async () => ({ a: await 1 }))()'
jsvm eval --json 'undefined'
jsvm eval --json '() => 1'
jsvm eval --json '1n'
jsvm eval --json 'const a = {}; a.a = a'
jsvm eval --json 'JSON.stringify = () => 1; [2]'
jsvm eval --json 'new Promise(() => {})'

# Large.
jsvm eval '"x".repeat(70e6)' | wc -c
jsvm eval --json '"x".repeat(10e6)' | wc -c
jsvm eval 'console.log("x".repeat(10e6))' | wc -c
