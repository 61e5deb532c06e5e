// `Blob` and `File` (File API). Their bytes never change, so that slices and clones share them.
(native, need) => {
  const { required, dictionary, list, iterator } = need("idl");
  const { expose, text } = native;
  // Bytes of one chunk of `stream()`.
  const CHUNK = 65536;

  // A type, or nothing if it has a character that none may have.
  const typeOf = (type) => (type === undefined ? "" : native.mediaType(type));
  // An index as `[Clamp] long long`, relative to the end if it is negative.
  const clamp = (index, size) => {
    index = +index;
    if (!(index === index)) return 0;
    // Rounds to the nearest, halves to even.
    index = native.round(index);
    return index < 0 ? (size + index > 0 ? size + index : 0) : index < size ? index : size;
  };

  let sharing = false;
  const make = () => {
    sharing = true;
    return new Blob();
  };

  class Blob {
    #buffer;
    #start = 0;
    #size = 0;
    #type = "";

    constructor(parts = undefined, options = undefined) {
      if (sharing) {
        sharing = false;
        return;
      }
      const joined = { __proto__: null, length: 0 };
      const { endings, type } = dictionary(options, "Blob");
      if (endings !== undefined && endings !== "transparent" && endings !== "native") {
        throw new TypeError("The endings are neither transparent nor native");
      }
      if (parts !== undefined) {
        const method = typeof parts === "object" || typeof parts === "function" ? parts?.[iterator] : undefined;
        if (typeof method !== "function") throw new TypeError("The parts are not iterable");
        const all = list(parts, method);
        for (let i = 0; i < all.length; i++) {
          const part = all[i];
          if (typeof part === "object" && part !== null && #buffer in part) {
            joined[joined.length++] = part.#view();
          } else if (native.isBytes(part)) {
            joined[joined.length++] = part;
          } else {
            const string = text(part);
            joined[joined.length++] = endings === "native" ? native.lines(string) : string;
          }
        }
      }
      this.#buffer = native.join(joined);
      this.#size = native.size(this.#buffer);
      this.#type = typeOf(type);
    }

    #view() { return native.view(this.#buffer, this.#start, this.#size); }

    get size() { return this.#size; }
    get type() { return this.#type; }
    slice(start = 0, end = this.#size, type = "") {
      const size = this.#size;
      const from = clamp(start, size), to = clamp(end, size);
      return share(this, this.#start + from, to > from ? to - from : 0, typeOf(type));
    }
    stream() {
      const view = this.#view();
      const { ReadableStream } = need("streams");
      let at = 0;
      const size = this.#size;
      return new ReadableStream({
        type: "bytes",
        pull: (controller) => {
          const end = at + CHUNK < size ? at + CHUNK : size;
          if (at < end) controller.enqueue(native.part(view, at, end));
          at = end;
          if (at === size) {
            controller.close();
            controller.byobRequest?.respond(0);
          }
        },
      });
    }
    text() { return native.settle(() => native.decode(this.#view())); }
    arrayBuffer() { return native.settle(() => native.copy(this.#view())); }
    bytes() { return native.settle(() => native.view(native.copy(this.#view()))); }

    static share(blob, start, size, type) {
      const shared = make();
      shared.#buffer = blob.#buffer;
      shared.#start = start;
      shared.#size = size;
      shared.#type = type;
      return shared;
    }
    static adopt(target, blob) {
      target.#buffer = blob.#buffer;
      target.#start = blob.#start;
      target.#size = blob.#size;
      target.#type = blob.#type;
      return target;
    }
    static clone(blob) { return share(blob, blob.#start, blob.#size, blob.#type); }
    static isBlob(value) { return typeof value === "object" && value !== null && #buffer in value; }
    static view(blob) { return blob.#view(); }
    // A blob of bytes that nothing else writes to.
    static of(buffer, type) {
      const blob = make();
      blob.#buffer = buffer;
      blob.#size = native.size(buffer);
      blob.#type = typeOf(type);
      return blob;
    }
    static describe(blob) { return { size: blob.#size, type: blob.#type }; }
  }
  const { share, adopt, clone, describe, isBlob, view, of } = Blob;
  delete Blob.share;
  delete Blob.adopt;
  delete Blob.clone;
  delete Blob.describe;
  delete Blob.isBlob;
  delete Blob.view;
  delete Blob.of;

  class File extends Blob {
    #name;
    #lastModified;
    constructor(parts, name, options = undefined) {
      required(arguments.length, 2, "File");
      super(parts, options);
      this.#name = text(name);
      const { lastModified } = dictionary(options, "File");
      this.#lastModified =
        lastModified === undefined ? native.wallTime() : Math.trunc(+lastModified) || 0;
    }
    get name() { return this.#name; }
    get lastModified() { return this.#lastModified; }
    get webkitRelativePath() {
      this.#name;
      return "";
    }
    static clone(file) {
      return fileOf(file, file.#name, file.#lastModified);
    }
    static isFile(value) { return isBlob(value) && #name in value; }
    static nameOf(file) { return file.#name; }
    static modified(file) { return file.#lastModified; }
    // A file with the bytes and the type of a blob.
    static of(blob, name, lastModified) {
      const options = { __proto__: null, lastModified };
      return adopt(new File({ __proto__: null, [iterator]: none }, name, options), blob);
    }
    static describe(file) {
      return { ...describe(file), name: file.#name, lastModified: file.#lastModified };
    }
  }
  const none = () => ({ next: () => ({ done: true }) });
  const { clone: cloneFile, describe: describeFile, isFile, modified, nameOf, of: fileOf } = File;
  delete File.clone;
  delete File.describe;
  delete File.isFile;
  delete File.modified;
  delete File.nameOf;
  delete File.of;

  expose(Blob, { describe, clone });
  expose(File, { describe: describeFile, clone: cloneFile });
  return { Blob, File, internals: { isBlob, isFile, view, of, fileOf, nameOf, describe, modified } };
};
