import test from 'node:test'; test('test-e.mts', () => {});
