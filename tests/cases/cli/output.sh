# What goes where, and in which order.
jsvm run streams.js 2> /dev/null | tail -n 3
jsvm run streams.js > /dev/null
jsvm run streams.js 2>&1 | grep -n -e error -e warn -e 'log 1$' -e 'log 6$' -e 'log 39' -e 'log 41'
jsvm run many.js | wc
jsvm run many.js | tail -n 1
jsvm run many.js > lines; tail -n 1 lines
{ echo 'console.log(1); nope()'; } | jsvm run - 2>&1

# A line is seen though the program goes on computing.
echo "for (let i = 0; i < 50; i++) console.log(i); for (;;);" > slow.js; { timeout 20 jsvm run slow.js & echo $! > pid; } | sed -n "/^49/{p;q}"; kill $(cat pid)

# Nobody reads it.
jsvm run forever.js | head -n 2
jsvm run many.js 2>&1 >&- | head -n 2
jsvm run errors/cause.js 2>&1 | head -n 1
jsvm --help | head -n 1
jsvm completions bash | head -n 1
jsvm run hello.js > /dev/full
jsvm component -o - > /dev/full
