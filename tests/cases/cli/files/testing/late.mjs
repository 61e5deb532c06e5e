import test from 'node:test';
test('throws later', async () => {
  setTimeout(() => { throw new Error('later'); }, 1);
  await new Promise((resolve) => setTimeout(resolve, 20));
});
test('rejects unhandled', async () => {
  Promise.reject(new Error('unhandled'));
  await new Promise((resolve) => setTimeout(resolve, 20));
});
test('never ends', { timeout: 20 }, () => new Promise(() => {}));
