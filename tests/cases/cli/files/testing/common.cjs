const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
describe('CommonJS', () => {
  it('parses numbers', () => assert.equal(Number('1'), 1));
  it('prints numbers', () => assert.equal(String(1), '1'));
});
