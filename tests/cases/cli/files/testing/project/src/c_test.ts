import test from 'node:test'; test('src/c_test.ts', () => {});
