# The order of `process.nextTick`, as in Node.js.
for f in ticks/*.*; do echo "== $f"; jsvm run $f 2>/dev/null; echo "[$?]"; done
jsvm eval 'Promise.resolve().then(() => console.log("promise")); process.nextTick(console.log, "tick"); "value"'
echo 'const text: string = "tick"; Promise.resolve().then(() => console.log("promise")); process.nextTick(console.log, text)' | jsvm run -
jsvm run ticks/06-throws.cjs
echo 'Promise.resolve().then(() => console.log("promise")); process.nextTick(() => console.log("tick"))' > tick.js; jsvm snapshot tick.js -o tick.snap; jsvm restore tick.snap
