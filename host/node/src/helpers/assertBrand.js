// Checks that an object has the private elements of a class: that it is the class itself, of static
// ones, or is marked.
module.exports = function assertBrand(brand, object, ...value) {
  const has = typeof brand === "function" ? brand === object : brand.has(object);
  if (!has) throw new TypeError("the object does not have this private element");
  return value.length > 0 ? value[0] : object;
};
