// Applies decorators as TypeScript's `experimentalDecorators` defines it: from the last to the
// first, to a class, or to a property with its descriptor if it has one.
module.exports = function decorate(decorators, target, key, descriptor) {
  const isClass = arguments.length < 3;
  const hasDescriptor = arguments.length > 3;
  let result = isClass ? target : descriptor;
  if (descriptor === null) {
    result = descriptor = Object.getOwnPropertyDescriptor(target, key);
  }
  if (typeof Reflect.decorate === "function") {
    result = Reflect.decorate(decorators, target, key, descriptor);
  } else {
    for (const decorator of decorators.toReversed()) {
      if (!decorator) continue;
      const replaced = isClass
        ? decorator(result)
        : hasDescriptor
          ? decorator(target, key, result)
          : decorator(target, key);
      result = replaced || result;
    }
  }
  if (hasDescriptor && result) Object.defineProperty(target, key, result);
  return result;
};
