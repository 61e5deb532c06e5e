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

# Environment variables.
export NAME=Ada; jsvm eval --allow-env=NAME,OTHER '[process.env.NAME, process.env.OTHER, Object.keys(process.env), "NAME" in process.env, "HOME" in process.env]'
NAME=Ada jsvm eval '[process.env.NODE_ENV, Object.keys(process.env), "NAME" in process.env]'
NAME=Ada jsvm eval 'process.env.NAME'
NAME=Ada jsvm eval --allow-env '[process.env.NAME, process.env.MISSING, process.env[""], process.env["a=b"], JSON.stringify(process.env).includes("Ada")]'
NAME=Ada jsvm eval 'process.env.NAME = 7; [process.env.NAME, { ...process.env }, delete process.env.NAME]'

# A restored program has the rights of who restores it.
echo 'globalThis.name = () => process.env.NAME; process.env.OTHER = "kept"; name()' > env.js; NAME=Ada jsvm snapshot --allow-env env.js -o env.snap; NAME=Grace jsvm restore --allow-env=NAME env.snap --eval '[name(), process.env.OTHER]'; NAME=Grace jsvm restore env.snap --eval 'name()'

# What was asked for and not answered is asked for again, with the rights of who restores.
mkfifo data/late; echo 'import { readFile } from "fs/promises"; console.log((await readFile("data/late", "utf8")).trim())' > wait.mjs; jsvm snapshot wait.mjs --allow-read --on-pending -o wait.snap
rm data/late; echo 'now it is there' > data/late; jsvm restore wait.snap --allow-read=data; jsvm restore wait.snap
jsvm inspect wait.snap | grep -E '^(timers|requests)'; echo 'setTimeout(() => {}, 1e6)' | jsvm snapshot - --on-pending -o timer.snap; jsvm inspect timer.snap | grep -E '^(timers|requests)'; jsvm inspect --json timer.snap | grep timers
