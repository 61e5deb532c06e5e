const n = 40; let s = ''; for (let i = 0; i < 1500; i++) s = 'function f(){' + s + '}'; eval(s);
