# What cannot be served.
jsvm serve
jsvm serve missing.js
jsvm serve hello.js
jsvm serve -
echo 'export default { fetch: 1 }' > none.mjs; jsvm serve none.mjs
echo 'throw new Error("not today")' > throws.mjs; jsvm serve throws.mjs
echo 'process.exit(3)' > exits.mjs; jsvm serve exits.mjs
echo 'export default { fetch: () => new Response("hi") }' > serves.mjs

# Where.
jsvm serve serves.mjs --addr 8080
jsvm serve serves.mjs --addr 127.0.0.1:none
jsvm serve serves.mjs --addr 127.0.0.1:99999

# How.
jsvm serve serves.mjs --reuse 0
jsvm serve serves.mjs --threads 0
jsvm serve serves.mjs --max-body lots
jsvm serve serves.mjs --timeout 0s
jsvm serve serves.mjs --log xml
jsvm serve serves.mjs --max-connections 0
jsvm serve serves.mjs --total-memory 64MiB
echo 'no storage' > none.db; jsvm serve serves.mjs --keyvalue none.db
jsvm serve serves.mjs --tls-cert cert.pem
jsvm serve serves.mjs --tls-cert missing.pem --tls-key missing.pem
jsvm serve serves.mjs --tls-cert serves.mjs --tls-key serves.mjs
