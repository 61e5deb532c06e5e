# What Node.js prints.
jsvm run --allow-listen=127.0.0.1 --allow-net=127.0.0.1 sockets/echo.mjs
jsvm run --allow-listen=localhost:0 --allow-net=localhost,127.0.0.1 sockets/http.mjs
jsvm run --allow-read=sockets --allow-listen=localhost --allow-net=localhost sockets/https.mjs
jsvm run --allow-read=sockets --allow-listen=localhost --allow-net=localhost sockets/names.mjs
jsvm run intl.mjs

# Nothing without a flag, and nothing beside it.
echo 'import net from "node:net"; import http from "node:http"; import dns from "node:dns/promises"; const say = (emitter) => new Promise((done) => emitter.on("error", (e) => done([e.code, e.message])).on("listening", () => { emitter.close(); done("listens") })); console.log(await say(net.createServer().listen(8080, "127.0.0.1")), await say(net.createServer().listen(0)), await say(net.connect(1, "127.0.0.1")), await say(http.get("http://example.com")), await dns.lookup("example.com").catch((e) => e.code))' > try.mjs
jsvm run try.mjs
jsvm run --allow-net --allow-listen=127.0.0.1:8081,9999 --deny-net=example.com try.mjs
jsvm run --allow-net=127.0.0.1:2 --allow-listen=0 try.mjs
for value in '' example.com 99999 127.0.0.1: '*'; do jsvm run "--allow-listen=$value" try.mjs; done
jsvm eval --allow-net=localhost 'const dns = await import("node:dns"); await new Promise((done) => dns.lookup("localhost", { family: 4 }, (...all) => done(all)))'
jsvm eval --allow-net=none.invalid 'const dns = await import("node:dns/promises"); await dns.lookup("none.invalid").catch((e) => [e.code, e.syscall, e.hostname])'

# A restored program has none of its sockets: its server listens again.
jsvm snapshot --allow-net=127.0.0.1 --allow-listen=127.0.0.1 sockets/frozen.mjs --on-pending -o frozen.snap
jsvm restore --allow-net=127.0.0.1 --allow-listen=127.0.0.1 frozen.snap --eval 'await again()'
jsvm restore --allow-net=127.0.0.1 frozen.snap --eval 'await new Promise((done) => setTimeout(done, 100)); log'

# A server that nobody needs does not keep a program, and one that is needed does.
jsvm eval --timeout 20s --allow-listen 'const net = await import("node:net"); net.createServer().listen(0).unref(); "ended"'
jsvm eval --timeout 1s --allow-listen 'const net = await import("node:net"); net.createServer().listen(0); "waits"'

# A built file has no sockets.
echo 'import net from "node:net"; export default { fetch: () => new Response(String(net.isIP("::1"))) }' > built.mjs; jsvm build built.mjs -o built.wasm | sed 's/[0-9.]* [KM]iB/SIZE/g; s/[0-9]* ms/TIME/'
