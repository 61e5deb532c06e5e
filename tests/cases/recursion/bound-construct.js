let f = function () {};
for (let i = 0; i < 3_000; i++) f = f.bind(null);
new f();
