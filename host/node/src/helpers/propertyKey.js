// What a computed key is, found out once.
module.exports = function propertyKey(key) {
  return typeof key === "symbol" ? key : `${key}`;
};
