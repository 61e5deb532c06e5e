import test from 'node:test'; test('.hidden/h.test.js', () => {});
