jsvm --version
jsvm --help
jsvm run --help
jsvm eval --help
jsvm repl --help
jsvm component --help
jsvm completions --help
