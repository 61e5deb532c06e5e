'use strict';
// As in Node.js, but nothing is asked before a color is needed: in a file that is built, the answer comes later.
const codes = { blue: '\u001b[34m', green: '\u001b[32m', white: '\u001b[39m', yellow: '\u001b[33m', red: '\u001b[31m',
                gray: '\u001b[90m', clear: '\u001bc', reset: '\u001b[0m' };

function shouldColorize(stream) {
  if (process.env.FORCE_COLOR !== undefined) return require('internal/tty').getColorDepth() > 2;
  return stream?.isTTY && (typeof stream.getColorDepth === 'function' ? stream.getColorDepth() > 2 : true);
}

module.exports = {
  get hasColors() { return Boolean(shouldColorize(process.stderr)); },
  shouldColorize,
  refresh() {},
};
for (const name of Object.keys(codes)) {
  Object.defineProperty(module.exports, name, {
    __proto__: null,
    enumerable: true,
    get: () => (module.exports.hasColors ? codes[name] : ''),
  });
}
