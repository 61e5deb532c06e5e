// Marks an object as one that has the private methods of a class.
module.exports = function privateMethods(object, marked) {
  if (marked.has(object)) {
    throw new TypeError("an object cannot get the private methods of a class twice");
  }
  marked.add(object);
};
