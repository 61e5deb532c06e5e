// Getters, setters, attributes and inherited properties.
const object = {
  value: 1,
  get double() { return this.value * 2 },
  set double(to) { this.value = to / 2 },
  ['computed' + 1]: 'c',
  __proto__: { inherited: 'i', get who() { return this.value } },
};
Object.defineProperties(object, {
  hidden: { value: 'h', enumerable: false },
  fixed: { value: 'f', writable: false, enumerable: true },
  lazy: { configurable: true, get() { Object.defineProperty(this, 'lazy', { value: 'made' }); return 'making' } },
});
delete object.computed1;
object.late = true;
// --- frozen here ---
object.double = 10;
console.log(object.value, object.double, object.who, object.inherited);
console.log(object.lazy, object.lazy, object.hidden, Object.keys(object).join());
object.fixed = 'changed';
console.log(object.fixed, JSON.stringify(Object.getOwnPropertyDescriptor(object, 'hidden')));
console.log(typeof Object.getOwnPropertyDescriptor(object, 'double').set, 'computed1' in object);
console.log((() => { 'use strict'; try { object.fixed = 1 } catch (error) { return error.name } })());
Object.getPrototypeOf(object).inherited
