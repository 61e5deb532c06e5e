# What `process` and `node:fs` have.
echo 'console.log(process.argv.slice(2), process.cwd() === process.env.PWD, process.versions.node, typeof process.hrtime.bigint(), process.hrtime([0, 0]).length, process.uptime() >= 0)' > p.js; PWD=$PWD jsvm run --allow-env=PWD p.js one --two
echo 'process.stdout.write("no line end"); process.stdout.write(new Uint8Array([33, 10])); process.stderr.write("error"); process.emitWarning("careful")' | jsvm run -
echo 'console.log("before"); process.exit(7); console.log("never")' | jsvm run -
echo 'process.exitCode = 3; setTimeout(() => console.log(process.exitCode), 1)' | jsvm run -
echo 'process.exitCode = 3; throw 1' | jsvm run -
echo 'process.exitCode = 3; process.exit()' | jsvm run -
echo 'setTimeout(() => process.exit(-1), 5); setInterval(() => {}, 1000)' | jsvm run -
echo 'for (let i = 0; i < 100; i++) console.log(i); process.exit(0)' | jsvm run - | tail -n 1
jsvm eval 'process.exit("two")'
jsvm eval 'process.exitCode = 300; "value"'
echo 'process.nextTick((text) => console.log(text), "tick"); import("node:process").then((p) => console.log(p.default === process)); process.once("x", console.log); console.log(process.emit("x", 1), process.emit("x", 2))' | jsvm run -
jsvm eval 'process = 5; [process, Object.keys(globalThis).includes("process")]'
echo 'process.exit(0)' | jsvm snapshot - -o exit.snap; test -e exit.snap
echo 'process.exitCode = 4; globalThis.p = process' | jsvm snapshot - -o code.snap; jsvm restore code.snap --eval '[p === process, process.versions]' | sed 's/[0-9.]\{5,\}/[VERSION]/'
jsvm eval --allow-read 'const fs = await import("node:fs"); const s = fs.statSync("hello.js"); [s.isFile(), s.isDirectory(), s.size > 100, s.mtime instanceof Date, fs.statSync("frozen").isDirectory(), fs.statSync("none", { throwIfNoEntry: false }), fs.existsSync("none"), fs.existsSync("hello.js"), fs.readdirSync("frozen"), fs.readdirSync("frozen", { withFileTypes: true }).filter((e) => e.isDirectory()).map((e) => e.name)]'
jsvm eval --allow-read 'const fs = await import("node:fs"); const tell = (f) => { try { return f() } catch (e) { return [e.code, e.syscall, e.path, e.message] } }; [tell(() => fs.readFileSync("none")), tell(() => fs.readFileSync("frozen")), tell(() => fs.readdirSync("hello.js")), tell(() => fs.statSync("hello.js/x")), tell(() => fs.readFileSync(5)), tell(() => fs.readFileSync("hello.js", "latin1"))]'
printf 'a\377' > bytes; jsvm eval --allow-read 'const fs = await import("fs/promises"); [await fs.readFile("bytes"), await fs.readFile("bytes", "utf8"), (await fs.stat("bytes")).size, await fs.readdir("modules"), await fs.access("bytes"), await fs.access("none").catch((e) => e.code)]'
