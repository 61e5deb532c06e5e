// The object that a private field is read from, if it has the field.
module.exports = function privateBase(object, key) {
  if (!Object.hasOwn(object, key)) {
    throw new TypeError("the object does not have this private field");
  }
  return object;
};
