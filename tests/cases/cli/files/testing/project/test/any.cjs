require('node:test')('test/any.cjs', () => {});
