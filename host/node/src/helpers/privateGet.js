// Reads a private field.
module.exports = function privateGet(map, object) {
  if (!map.has(object)) throw new TypeError("the object does not have this private field");
  return map.get(object);
};
