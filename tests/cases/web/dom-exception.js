const e = new DOMException("message", "AbortError");
console.log(e.name, e.message, e.code, String(e), e instanceof Error, e instanceof DOMException, typeof e.stack);
console.log(Object.prototype.toString.call(e), Object.getPrototypeOf(DOMException.prototype) === Error.prototype);
const d = new DOMException();
console.log(d.name, JSON.stringify(d.message), d.code, new DOMException(undefined, undefined).name);
const names = [
  "IndexSizeError", "HierarchyRequestError", "WrongDocumentError", "InvalidCharacterError", "NoModificationAllowedError",
  "NotFoundError", "NotSupportedError", "InUseAttributeError", "InvalidStateError", "SyntaxError", "InvalidModificationError",
  "NamespaceError", "InvalidAccessError", "TypeMismatchError", "SecurityError", "NetworkError", "AbortError", "URLMismatchError",
  "QuotaExceededError", "TimeoutError", "InvalidNodeTypeError", "DataCloneError", "EncodingError", "NotReadableError", "Custom",
];
console.log(names.map((name) => new DOMException("", name).code).join());
console.log(DOMException.INDEX_SIZE_ERR, DOMException.DATA_CLONE_ERR, e.ABORT_ERR, DOMException.VALIDATION_ERR);
console.log(Object.keys(DOMException).length, Object.keys(DOMException.prototype).slice(0, 3).sort().join());
for (const wrong of [
  () => DOMException(), () => Object.getOwnPropertyDescriptor(DOMException.prototype, "name").get.call({}),
  () => Object.getOwnPropertyDescriptor(DOMException.prototype, "code").get.call(new Error()), () => new DOMException(Symbol()),
]) {
  try {
    wrong();
    console.log("nothing was thrown");
  } catch (error) {
    console.log(error instanceof TypeError);
  }
}
class Mine extends DOMException {
  constructor() { super("mine", "SyntaxError"); }
}
console.log(new Mine().code, new Mine() instanceof Mine, new Mine().name);
console.log(DOMException.length, DOMException.name, e.hasOwnProperty("name"), "code" in e);
