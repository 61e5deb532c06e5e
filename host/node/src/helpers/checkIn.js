// What stands on the right of `#name in object`.
module.exports = function checkIn(object) {
  if (Object(object) === object) return object;
  throw new TypeError("a private name can be looked for in an object only");
};
