import test from 'node:test'; test('test/deep/deeper.js', () => {});
