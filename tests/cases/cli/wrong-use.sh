# Files.
jsvm run missing.js
jsvm run modules
jsvm run hello.js/x
jsvm run /proc/self/mem
printf 'let a;\nlet b = "\377";\n' > latin1.js; jsvm run latin1.js
printf 'let a;\n\377' | jsvm run -
jsvm run ''

# Flags.
jsvm run --memory 0 hello.js
jsvm run --memory 99TB hello.js
jsvm run --memory x hello.js
jsvm run --memory -5 hello.js
jsvm run --memory '' hello.js
jsvm run --timeout 0s hello.js
jsvm run --timeout -1 hello.js
jsvm run --timeout 5 hello.js
jsvm run --timeout soon hello.js
jsvm run --timeout 99999999999999999999s hello.js
jsvm run --timeout 99999999999y hello.js
jsvm run --seed x hello.js
jsvm run --seed -1 hello.js
jsvm run --clock yesterday hello.js
jsvm run --clock 1960-01-01 hello.js
jsvm run --clock -5 hello.js
jsvm run --clock 99999999999999999999 hello.js
jsvm run --clock 9999999999999999999 hello.js
jsvm eval $(printf '"\377"')
jsvm run args.js $(printf '\377')

# Commands.
jsvm
jsvm hello.js
jsvm walk
jsvm run
jsvm eval
jsvm eval 1 2
jsvm run --help-me hello.js
jsvm completions tcsh
jsvm component -o no/such/folder/js-vm.wasm
jsvm component -o modules
