import test from 'node:test'; test('src/b.js', () => {});
