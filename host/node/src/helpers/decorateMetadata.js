// What `emitDecoratorMetadata` notes, if something such as `reflect-metadata` is there to note it.
module.exports = function decorateMetadata(key, value) {
  if (typeof Reflect.metadata === "function") return Reflect.metadata(key, value);
};
