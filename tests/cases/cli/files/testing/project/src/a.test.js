import test from 'node:test'; test('src/a.test.js', () => {});
