// The key of the property that stands for a private field.
let count = 0;

module.exports = function privateKey(name) {
  return `__private_${count++}_${name}`;
};
