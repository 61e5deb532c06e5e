// Writes a private field.
module.exports = function privateSet(map, object, value) {
  if (!map.has(object)) throw new TypeError("the object does not have this private field");
  map.set(object, value);
  return value;
};
