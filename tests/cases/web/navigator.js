// self and navigator.
console.log(self === globalThis, typeof self.setTimeout, Object.keys(globalThis).includes("self"));
console.log(/^jsvm\/\d+\.\d+\.\d+/.test(navigator.userAgent), navigator.hardwareConcurrency, navigator.language);
console.log(navigator.languages, Object.isFrozen(navigator.languages), navigator instanceof Navigator);
console.log(Object.prototype.toString.call(navigator), Object.getOwnPropertyNames(navigator));
try {
  new Navigator();
} catch (error) {
  console.log(error.name, error.message);
}
try {
  Object.create(Navigator.prototype).userAgent;
} catch (error) {
  console.log(error.name);
}
self = 1;
console.log(self);
