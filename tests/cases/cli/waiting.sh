# Timers, and what waits for them.
echo 'setTimeout(() => console.log("second"), 20); console.log("first")' | jsvm run -
echo 'await new Promise((go) => setTimeout(go, 5)); console.log("awaited")' | jsvm run -
jsvm eval 'setTimeout(() => console.log("later"), 5); "value"'
jsvm eval 'await new Promise((go) => setTimeout(go, 5, "waited for"))'
jsvm eval --json 'new Promise((go) => setTimeout(go, 5, [1]))'
printf 'setTimeout(() => console.log("later"), 300); 1\nawait new Promise((go) => setTimeout(go, 600, 2))\n' | jsvm repl
echo 'let left = 100000; for (let i = 0; i < 100000; i++) setTimeout(() => { if (--left === 0) console.log("all of them") }, i % 10)' | jsvm run -

# What ends a program.
echo 'setTimeout(() => { throw new RangeError("in a timer") }, 1); setTimeout(() => console.log("never"), 50)' | jsvm run -
echo 'setTimeout(() => Promise.reject(new Error("rejected")), 1); setTimeout(() => console.log("never"), 50)' | jsvm run -
echo 'console.log("half"); await 1; throw new Error("way")' | jsvm run -
printf 'setTimeout(() => { throw 1 }, 1); 1\nawait new Promise((go) => setTimeout(go, 20, 2))\n' | jsvm repl
echo 'console.log("before"); await new Promise(() => {})' | jsvm run -
echo 'new Promise(() => {}); console.log("nobody waits for it")' | jsvm run -
echo 'setInterval(() => {}, 1000)' | jsvm run --timeout 1s -
echo 'await new Promise((go) => setTimeout(go, 60000))' | jsvm run --timeout 1s -
jsvm eval --timeout 1s 'await new Promise((go) => setTimeout(go, 60000))'

# Frozen in the middle of waiting.
echo 'setTimeout(() => console.log("later"), 400); console.log("now")' > timer.js; jsvm snapshot timer.js -o all.snap; jsvm restore all.snap
jsvm snapshot timer.js --on-pending -o timer.snap; jsvm restore timer.snap
jsvm restore timer.snap --eval '"a value"'
jsvm restore timer.snap -o timer2.snap --on-pending --eval '"a value"'; jsvm restore timer2.snap -o done.snap; jsvm restore done.snap
echo 'const go = await approve(1); setTimeout(() => console.log("answered", go), 5); await send(2)' > ask.mjs; jsvm snapshot ask.mjs --request approve --request send --on-pending -o ask.snap; jsvm restore ask.snap --settle 1=true -o ask.snap --on-pending; jsvm restore ask.snap -o ask.snap; jsvm restore ask.snap --settle 2=1
echo 'for (let i = 0; i < 100000; i++) ask(i)' | jsvm snapshot - --request ask --on-pending -o many.snap; jsvm restore many.snap --settle 100000=1 --eval '"still there"'
echo 'console.log("half"); throw new Error("way")' | jsvm snapshot - --on-pending -o failed.snap; test -e failed.snap
