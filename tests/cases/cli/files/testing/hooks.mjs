import { test, describe, it, before, after, beforeEach, afterEach } from 'node:test';
before(() => console.log('root before'));
after(() => console.log('root after'));
test('hooks of a test', async (t) => {
  t.before(() => console.log('before'));
  t.beforeEach((t) => console.log('beforeEach', t.name));
  t.afterEach((t) => console.log('afterEach', t.name));
  t.after(() => console.log('after'));
  await t.test('one', () => console.log('one'));
  await t.test('two', () => console.log('two'));
});
describe('a hook that fails', () => {
  before(() => { throw new Error('no setup'); });
  it('does not run', () => console.log('never'));
});
describe('concurrent', { concurrency: true }, () => {
  it('slow', async () => { await new Promise((resolve) => setImmediate(resolve)); console.log('slow'); });
  it('quick', async () => { console.log('quick'); });
});
test('context', (t) => { console.log(t.name, t.fullName, t.signal.aborted, typeof t.mock.fn, t.filePath.split('/').at(-1)); });
