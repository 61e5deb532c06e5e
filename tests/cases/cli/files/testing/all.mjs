import test, { describe, it, before, after, beforeEach, afterEach, mock } from 'node:test';
import assert from 'node:assert';
test('sync passes', () => { assert.strictEqual(1, 1); });
test('async passes', async () => { await new Promise(r => setTimeout(r, 1)); });
test('fails', () => { assert.strictEqual(1, 2); });
test('callback', (t, done) => { setTimeout(done, 1); });
test('skipped', { skip: true }, () => {});
test('skip by t', (t) => { t.skip('why'); });
test('todo', { todo: 'later' }, () => { throw new Error('not yet'); });
test('subtests', async (t) => {
  await t.test('one', () => {});
  await t.test('two', (t) => { t.diagnostic('note'); });
});
describe('suite', () => {
  const order = [];
  before(() => order.push('before'));
  after(() => { order.push('after'); globalThis.order = order; });
  beforeEach(() => order.push('beforeEach'));
  afterEach(() => order.push('afterEach'));
  it('first', () => { order.push('first'); });
  it('second', async () => { await null; order.push('second'); });
  describe('nested', () => { it('deep', () => {}); it.todo('someday'); it.skip('never', () => { throw 1; }); });
});
test('hooks ran in order', () => {
  const each = (name) => `beforeEach ${name} afterEach`;
  assert.strictEqual(order.join(' '), `before ${each('first')} ${each('second')} beforeEach afterEach beforeEach afterEach after`);
});
test('mocks', (t) => {
  const o = { f(x) { return x + 1; } };
  const m = t.mock.method(o, 'f', () => 42);
  assert.strictEqual(o.f(1), 42);
  assert.strictEqual(m.mock.callCount(), 1);
  const fn = t.mock.fn((a) => a * 2);
  assert.strictEqual(fn(3), 6);
  assert.deepStrictEqual(fn.mock.calls[0].arguments, [3]);
});
test('mock timers', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  let called = false;
  setTimeout(() => { called = true; }, 1000);
  t.mock.timers.tick(999); assert.strictEqual(called, false);
  t.mock.timers.tick(1); assert.strictEqual(called, true);
  assert.strictEqual(Date.now(), 1000);
});
test('plan', (t) => { t.plan(2); t.assert.ok(true); t.assert.strictEqual(1, 1); });
test('timeout', { timeout: 5 }, async () => { await new Promise(() => {}); });
test('rejects', async () => { throw new TypeError('bad'); });
