const { describe, it } = require('node:test');
describe('a suite', () => {
  it('is left out', () => { throw new Error('it ran'); });
  it.only('runs', () => {});
});
