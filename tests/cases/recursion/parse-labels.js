let s = ''; for (let i = 0; i < 20_000; i++) s += 'a' + i + ':'; eval(s);
