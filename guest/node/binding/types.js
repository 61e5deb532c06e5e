(tools) => {
  const { classOf } = tools;
  const isOf = (...names) => {
    if (names.length === 1) return (value) => classOf(value) === names[0];
    return (value) => names.includes(classOf(value));
  };
  const isNamed = isOf("Number", "String", "Boolean", "BigInt", "Symbol");
  return {
    isExternal: () => false,
    isDate: isOf("Date"),
    isArgumentsObject: isOf("Arguments"),
    isBigIntObject: isOf("BigInt"),
    isBooleanObject: isOf("Boolean"),
    isNumberObject: isOf("Number"),
    isStringObject: isOf("String"),
    isSymbolObject: isOf("Symbol"),
    isBoxedPrimitive: isNamed,
    isNativeError: isOf("Error"),
    isRegExp: isOf("RegExp"),
    isAsyncFunction: isOf("AsyncFunction", "AsyncGeneratorFunction"),
    isGeneratorFunction: isOf("GeneratorFunction", "AsyncGeneratorFunction"),
    isGeneratorObject: isOf("Generator", "AsyncGenerator"),
    isPromise: isOf("Promise"),
    isMap: isOf("Map"),
    isSet: isOf("Set"),
    isMapIterator: isOf("Map Iterator"),
    isSetIterator: isOf("Set Iterator"),
    isWeakMap: isOf("WeakMap"),
    isWeakSet: isOf("WeakSet"),
    isArrayBuffer: isOf("ArrayBuffer"),
    isDataView: isOf("DataView"),
    isSharedArrayBuffer: isOf("SharedArrayBuffer"),
    isProxy: (value) => tools.isProxy(value),
    isModuleNamespaceObject: isOf("Module"),
    isAnyArrayBuffer: isOf("ArrayBuffer", "SharedArrayBuffer"),
    isEventTarget: (value) => value instanceof EventTarget,
  };
};
