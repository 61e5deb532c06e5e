// A field of a class as a property.
module.exports = function defineProperty(target, key, value) {
  return Object.defineProperty(target, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
};
