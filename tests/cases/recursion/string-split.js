const o = { [Symbol.split](s) { return s.split(o); } }; 'a'.split(o);
