const r = /a/; r.exec = () => r[Symbol.match]('a'); r[Symbol.match]('a');
