import test from 'node:test'; test('test.js', () => {});
