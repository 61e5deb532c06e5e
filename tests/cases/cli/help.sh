jsvm --version
jsvm --help
jsvm run --help
jsvm serve --help
jsvm eval --help
jsvm repl --help
jsvm snapshot --help
jsvm restore --help
jsvm inspect --help
jsvm component --help
jsvm new --help
jsvm types --help
jsvm completions --help
