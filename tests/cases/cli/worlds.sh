# Declarations of a world.
jsvm types --wit worlds/greeter.wit --world greeter --guest
jsvm types --wit worlds/sums --guest -o sums.d.ts --program worlds/sums.ts; cat sums.check.ts
jsvm types --wit worlds/sums --guest --program worlds/sums.ts
jsvm types --wit worlds/sums
jsvm types --wit nowhere --guest
jsvm types --wit worlds/greeter.wit --guest
jsvm types --wit worlds/greeter.wit --guest --world none
printf 'package a:b;\nworld w {\n  export f: func(a: nothing);\n}\n' > wrong.wit; jsvm types --wit wrong.wit --guest

# A call of an export, without a component.
jsvm run --wit worlds/greeter.wit --world greeter --call 'greet({ name: "Ada", tags: [] })' worlds/greeter.ts
jsvm run --wit worlds/greeter.wit --world greeter --call 'add(2n ** 63n, 1n)' worlds/greeter.ts
jsvm run --wit worlds/greeter.wit --world greeter --call 'exports.add(1n, 2n) + add(3n, 4n)' worlds/greeter.ts
jsvm run --wit worlds/greeter.wit --world greeter --call 'new counters.Counter(-1).add(3)' worlds/greeter.ts
jsvm run --wit worlds/sums --link sums.wasm --call 'twice(21)' worlds/sums.ts
# The imports are there for other programs, too.
printf 'import { twice } from "./worlds/sums.ts"; console.log(twice(4))' > test.mjs; jsvm run --wit worlds/sums --link sums.wasm test.mjs

# What does not fit its type, and stubs.
jsvm run --wit worlds/greeter.wit --world greeter --call 'greet({ name: "Ada", tags: ["a", 2] })' worlds/greeter.ts 2>&1 | grep Uncaught
jsvm run --wit worlds/greeter.wit --world greeter --call 'greet({ name: "Ada", age: 256, tags: [] })' worlds/greeter.ts 2>&1 | grep Uncaught
jsvm run --wit worlds/greeter.wit --world greeter --call 'greet({ name: "number", tags: [] })' worlds/greeter.ts 2>&1 | grep Uncaught
jsvm run --wit worlds/greeter.wit --world greeter --call 'greet({ name: "nobody", tags: [] })' worlds/greeter.ts 2>&1 | grep -e Uncaught -e payload
jsvm run --wit worlds/greeter.wit --world greeter --call 'greet({ name: "trace", tags: [] })' worlds/greeter.ts 2>&1 | grep Uncaught
jsvm run --wit worlds/greeter.wit --world greeter --call 'add(1, 2n)' worlds/greeter.ts 2>&1 | grep Uncaught
jsvm run --wit worlds/greeter.wit --world greeter --call 'add(2n ** 63n, 2n ** 63n)' worlds/greeter.ts 2>&1 | grep Uncaught
jsvm run --wit worlds/greeter.wit --world greeter --call 'new counters.Counter(128)' worlds/greeter.ts 2>&1 | grep Uncaught
jsvm run --wit worlds/greeter.wit --world greeter --call 'new counters.Counter(1).add("2")' worlds/greeter.ts 2>&1 | grep Uncaught
jsvm run --wit worlds/sums --call 'twice(21)' worlds/sums.ts 2>&1 | grep Uncaught
jsvm run --wit worlds/sums --call 'twice(21)' hello.js 2>&1 | grep Uncaught
jsvm run --wit worlds/sums --call 'twice(21)' read.mjs 2>&1 | grep Uncaught
jsvm run --wit worlds/sums --call 'nothing()' worlds/sums.ts 2>&1 | grep Uncaught
jsvm run --wit worlds/sums --call 'twice(' worlds/sums.ts 2>&1 | grep Uncaught
jsvm run --wit nowhere --call 'twice(1)' worlds/sums.ts
jsvm run --call 'twice(1)' worlds/sums.ts

# Asynchronous functions, futures and streams.
jsvm types --wit worlds/text.wit --guest
jsvm run --wit worlds/text.wit --call 'Array.fromAsync(await translate(["a", "b"]))' worlds/text.ts
jsvm run --wit worlds/text.wit --call 'Array.fromAsync(await translate(["a", "none"]))' worlds/text.ts 2>&1 | grep Uncaught
jsvm run --wit worlds/text.wit --call 'translate("a")' worlds/text.ts 2>&1 | grep Uncaught
jsvm run --wit worlds/text.wit --call 'wait(1)' worlds/text.ts
jsvm run --wit worlds/text.wit --call 'wait(1, { signal: AbortSignal.abort() })' worlds/text.ts 2>&1 | grep Uncaught
jsvm run --wit worlds/text.wit --call 'report().done' worlds/text.ts
jsvm new texts --wit worlds/text.wit; cd texts; cat src/app.ts
jsvm build worlds/text.ts --wit worlds/text.wit -o text.wasm > build.log; head -c 4 text.wasm | tail -c 3; echo

# A folder that is missing is created, when there is a file to write.
jsvm build worlds/text.ts --wit worlds/text.wit -o made/by/build.wasm > build.log; head -c 4 made/by/build.wasm | tail -c 3; echo
jsvm build worlds/text.ts --wit worlds/missing.wit -o failed/build.wasm; ls failed
jsvm build worlds/text.ts --wit worlds/text.wit -o worlds/text.wit/build.wasm

# New projects.
jsvm new server; cd server; find . -type f | sort; jsvm run test/app.test.ts; jsvm build src/app.ts -o server.wasm | cut -d ' ' -f 1,2; cat README.md
jsvm new --template command report; cd report; jsvm run test/app.test.ts; jsvm build src/app.ts -o report.wasm | cut -d ' ' -f 1,2
jsvm new --template plugin tags; cd tags; jsvm run --wit wit test/app.test.ts; jsvm run --wit wit --call 'transform({ text: "a", tags: ["b"] })' src/app.ts
jsvm new --template world greeter; cd greeter; jsvm run --wit wit test/app.test.ts; jsvm run --wit wit --call 'greet("Ada")' src/app.ts
jsvm new mine --wit worlds/greeter.wit --world greeter; cd mine; find . -type f | sort; jsvm run --wit wit --world greeter test/app.test.ts; cat src/app.ts test/app.test.ts
jsvm new users --wit worlds/sums; cd users; find wit -type f | sort; jsvm run --wit wit --call 'twice(1)' src/app.ts 2>&1 | grep Uncaught
jsvm new server
jsvm new 'a b'
jsvm new Upper
jsvm new ..
jsvm new none --wit nowhere; ls none
jsvm new none --wit worlds/greeter.wit; ls none
jsvm new none --wit wrong.wit; ls none
jsvm new hello.js
jsvm new a --wit worlds/sums --template http
