// Gives an object a private field, which is an entry of a map.
module.exports = function privateInit(object, map, value) {
  if (map.has(object)) {
    throw new TypeError("an object cannot get the private fields of a class twice");
  }
  map.set(object, value);
};
