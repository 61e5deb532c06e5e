import test from 'node:test'; test('src/d-test.mjs', () => {});
