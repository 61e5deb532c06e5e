# Files: nothing but the program's own modules, unless it is allowed.
mkdir -p data/in && echo inside > data/in/a.txt && echo outside > data/b.txt && ln -s ../b.txt data/in/link.txt && ln -s in data/also
jsvm run read.mjs data/b.txt
jsvm run --allow-read read.mjs data/b.txt data/in/a.txt data/in/link.txt
jsvm run --allow-read=data/in read.mjs data/in/a.txt data/also/a.txt data/in/../b.txt data/in/link.txt data/also/link.txt data/none/../b.txt data/in/none "$PWD/data/in/a.txt" /etc/passwd
jsvm run --allow-read=data/in,data/b.txt read.mjs data/in/link.txt data/in
jsvm run --allow-read=data/also --allow-read=data/b.txt read.mjs data/in/a.txt data/b.txt hello.js
jsvm run --allow-read=data/missing read.mjs data/missing data/missing2
jsvm eval 'const fs = await import("fs"); fs.readFileSync("hello.js")'
jsvm eval '(await import("fs")).existsSync("/etc/passwd")'
jsvm eval 'await (await import("fs/promises")).readFile("hello.js").catch((e) => [e.name, e.code, e.message])'
jsvm run --allow-read=$UNSET read.mjs hello.js
jsvm run --allow-read read.mjs hello.js | head -n 1

# A link is a link wherever it stands, and nothing but regular files is read.
echo 'import fs from "node:fs"; for (const path of scriptArgs.slice(1)) for (const call of ["readFileSync", "statSync", "lstatSync", "readdirSync"]) try { const got = fs[call](path); console.log(path, call, Array.isArray(got) ? got.join() : got.length ?? got.isSymbolicLink()) } catch (error) { console.log(path, call, error.code) }' > each.mjs; ln -s .. data/in/up; ln -s nowhere data/in/dangling
jsvm run --allow-read=data/in each.mjs data/in/missing/../link.txt data/in/a.txt/../link.txt data/in/missing/../up data/in/a.txt/../up/b.txt data/in/up/in/a.txt
jsvm run --allow-read=data/in each.mjs data/in/dangling data/in/missing/../a.txt
mkfifo data/in/fifo; jsvm run --timeout 20s --allow-read each.mjs data/in/fifo /dev/zero
truncate -s 1T data/in/huge; jsvm eval --memory 64MiB --allow-read 'const { readFile } = await import("fs/promises"); await Promise.all([readFile("data/in/huge"), readFile("data/in/fifo")].map((read) => read.catch((e) => e.message)))'
jsvm eval 'const fs = await import("fs"); const start = Date.now(); try { fs.readFileSync("/" + "a/".repeat(2e6)) } catch (error) { [error.message, Date.now() - start < 5000] }'

# Modules: a home folder is the root of no program in it, and files of other kinds are no modules.
mkdir -p home/.git home/.docker home/downloads home/tool/src; echo '{ "token": 1 }' > home/.docker/config.json; echo 'TOKEN="x"' > home/.env; echo 'for (const path of ["../.docker/config.json", "../.env", "../nothing.json", "../tool/config.json"]) console.log(await import(path, path.endsWith("json") ? { with: { type: "json" } } : {}).then(() => "LEAK", (e) => e.message))' > home/downloads/untrusted.mjs; cp home/.env home/downloads; echo 'await import("./.env")' > home/downloads/env.mjs
jsvm run home/downloads/untrusted.mjs; jsvm run home/downloads/env.mjs
echo '{}' > home/tool/package.json; echo '{ "a": 1 }' > home/tool/config.json; echo 'import config from "../config.json" with { type: "json" }; console.log(config)' > home/tool/src/main.mjs; jsvm run home/tool/src/main.mjs; jsvm run --modules home/tool/src home/tool/src/main.mjs; jsvm run --modules home/downloads home/tool/src/main.mjs; jsvm eval --modules home/tool '(await import("./config.json", { with: { type: "json" } })).default'
for path in /etc/passwd /etc/passwdx /home/nothing/x.js; do jsvm eval "await import('$path')" 2>&1 | sed 's|/[a-z/.]*passwdx*|PATH|; s|/home/nothing/x.js|PATH|' | head -n 1; done

# Hosts: named ones, public ones, and none that are denied.
jsvm eval 'const tell = (url) => fetch(url).catch((e) => e.message); await Promise.all(["http://example.com", "http://127.0.0.1:1"].map(tell))'
jsvm eval --allow-net 'const tell = (url) => fetch(url).catch((e) => e.message); await Promise.all(["http://127.0.0.1:1", "http://[::ffff:127.0.0.1]", "http://169.254.169.254/latest", "http://localhost:1"].map(tell))'
jsvm eval --allow-net --deny-net=example.com,8.8.8.0/24 'const tell = (url) => fetch(url).catch((e) => e.message); await Promise.all(["http://example.com.", "http://8.8.8.8"].map(tell))'
for value in '' '*' http://x a:99999 127.0.0.1: 10.0.0.0/33; do jsvm run "--allow-net=$value" hello.js; jsvm run "--deny-net=$value" hello.js; done
jsvm run --deny-net hello.js

# Environment variables.
export NAME=Ada; jsvm eval --allow-env=NAME,OTHER '[process.env.NAME, process.env.OTHER, Object.keys(process.env), "NAME" in process.env, "HOME" in process.env]'
NAME=Ada jsvm eval '[process.env.NODE_ENV, Object.keys(process.env), "NAME" in process.env]'
NAME=Ada jsvm eval 'process.env.NAME'
NAME=Ada jsvm eval --allow-env '[process.env.NAME, process.env.MISSING, process.env[""], process.env["a=b"], JSON.stringify(process.env).includes("Ada")]'
NAME=Ada jsvm eval 'process.env.NAME = 7; [process.env.NAME, { ...process.env }, delete process.env.NAME]'

# A restored program has the rights of who restores it.
echo 'globalThis.name = () => process.env.NAME; process.env.OTHER = "kept"; name()' > env.js; NAME=Ada jsvm snapshot --allow-env env.js -o env.snap; NAME=Grace jsvm restore --allow-env=NAME env.snap --eval '[name(), process.env.OTHER]'; NAME=Grace jsvm restore env.snap --eval 'name()'

# What was asked for and not answered is asked for again, with the rights of who restores.
truncate -s 300M data/late; echo 'import { readFile } from "fs/promises"; console.log((await readFile("data/late")).length)' > wait.mjs; jsvm snapshot wait.mjs --allow-read --on-pending -o wait.snap
rm data/late; echo 'now' > data/late; jsvm restore wait.snap --allow-read=data; jsvm restore wait.snap
jsvm inspect wait.snap | grep -E '^(timers|requests)'; echo 'setTimeout(() => {}, 1e6)' | jsvm snapshot - --on-pending -o timer.snap; jsvm inspect timer.snap | grep -E '^(timers|requests)'; jsvm inspect --json timer.snap | grep timers
