// What `emitDecoratorMetadata` notes, if something such as `reflect-metadata` is there to note it.
//
// The type of an imported enum is known only here: TypeScript notes the type of its values. Other
// objects, such as a constant with the name of a type, are no types.
const typeOf = (value) => {
  if (value === null || typeof value !== "object") return value;
  const kinds = new Set();
  for (const key of Object.keys(value)) {
    const member = value[key];
    const isReverse = typeof member === "string" && typeof value[member] === "number" && String(value[member]) === key;
    if (!isReverse) kinds.add(typeof member);
  }
  const [kind] = kinds;
  if (kinds.size !== 1) return Object;
  return kind === "string" ? String : kind === "number" ? Number : Object;
};
module.exports = function decorateMetadata(key, value) {
  if (typeof Reflect.metadata !== "function") return;
  if (key.startsWith("design:")) value = Array.isArray(value) ? value.map(typeOf) : typeOf(value);
  return Reflect.metadata(key, value);
};
