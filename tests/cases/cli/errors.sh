# Uncaught errors: place, line and caret, name, message, stack.
jsvm run errors/cause.js
jsvm run errors/aggregate.js
jsvm run errors/class.js
jsvm run errors/recursion.js
jsvm run errors/eval.js
jsvm run errors/json.js

# In promises.
jsvm run errors/rejections.js
jsvm run errors/module.mjs
jsvm run errors/stuck.mjs

# What does not parse.
jsvm run errors/syntax.js
jsvm run errors/unicode.js
jsvm run errors/crlf.js
jsvm run errors/minified.js
printf 'let a = `\nno end' | jsvm run -
printf '"\033[31m" +' | jsvm run - 2>&1 | tr '\033' E

printf 'throw new Error("\\x1b[2J\\x9b1m\\u202e\\rnext\\nline")' | jsvm run - 2>&1 | tr '\033' E

# What is not an error.
for what in 'null' 'undefined' '"text"' '{ a: { b: { c: { d: 1 } } } }' 'Symbol("s")' '7n' 'function f() {}' 'new Proxy({}, {})'; do echo "throw $what" | jsvm run -; done

# What tries to trick the report.
jsvm run errors/getters.js
jsvm run errors/forged.js
echo 'throw new Proxy(new Error("in a proxy"), { get() { throw 1 } })' | jsvm run -
echo 'throw { get message() { throw 1 }, toString() { throw 2 } }' | jsvm run -
