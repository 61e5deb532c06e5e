// A decorator of a parameter as one of the method that has it.
module.exports = function decorateParam(index, decorator) {
  return (target, key) => decorator(target, key, index);
};
