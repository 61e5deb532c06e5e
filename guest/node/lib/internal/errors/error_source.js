'use strict';
// The engine does not keep the text around a call, which Node.js shows in `assert.ok(false)`.
module.exports = { getErrorSourceLocation: () => undefined, getErrorSourceExpression: () => undefined };
