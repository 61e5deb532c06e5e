// `FormData` (XMLHttpRequest Standard), and its forms as a body (Fetch).
(native, need) => {
  const { required, iterable } = need("idl");
  const { internals } = need("blob");
  const { isBlob, isFile, fileOf, modified, nameOf, of, view, describe: describeBlob } = internals;
  const { expose, text } = native;

  class FormData {
    // Names and values.
    #list = { __proto__: null, length: 0 };

    constructor(form = undefined, submitter = undefined) {
      if (form !== undefined || submitter !== undefined) {
        throw new TypeError("FormData: there are no forms here to read from");
      }
    }

    // A value as it is kept: text, or a file of that name.
    static #entry(name, value, count, file, what) {
      name = text(name);
      if (!isBlob(value)) {
        if (count > 2) throw new TypeError(what + ": the value with a file name is not a Blob");
        return [name, text(value)];
      }
      if (count > 2) return [name, fileOf(value, text(file), isFile(value) ? modified(value) : undefined)];
      return [name, isFile(value) ? value : fileOf(value, "blob", undefined)];
    }
    #filter(name) {
      const all = this.#list;
      const kept = { __proto__: null, length: 0 };
      for (let i = 0; i < all.length; i++) if (all[i][0] !== name) kept[kept.length++] = all[i];
      this.#list = kept;
    }

    append(name, value, filename = undefined) {
      const all = this.#list;
      required(arguments.length, 2, "FormData.append");
      const entry = FormData.#entry(name, value, arguments.length, filename, "FormData.append");
      all[all.length++] = entry;
    }
    delete(name) {
      this.#list;
      required(arguments.length, 1, "FormData.delete");
      this.#filter(text(name));
    }
    get(name) {
      const all = this.#list;
      required(arguments.length, 1, "FormData.get");
      name = text(name);
      for (let i = 0; i < all.length; i++) if (all[i][0] === name) return all[i][1];
      return null;
    }
    getAll(name) {
      const all = this.#list;
      required(arguments.length, 1, "FormData.getAll");
      name = text(name);
      const found = { __proto__: null, length: 0 };
      for (let i = 0; i < all.length; i++) if (all[i][0] === name) found[found.length++] = all[i][1];
      return native.array(found);
    }
    has(name) {
      const all = this.#list;
      required(arguments.length, 1, "FormData.has");
      name = text(name);
      for (let i = 0; i < all.length; i++) if (all[i][0] === name) return true;
      return false;
    }
    set(name, value, filename = undefined) {
      this.#list;
      required(arguments.length, 2, "FormData.set");
      const entry = FormData.#entry(name, value, arguments.length, filename, "FormData.set");
      const all = this.#list;
      const kept = { __proto__: null, length: 0 };
      let isSet = false;
      for (let i = 0; i < all.length; i++) {
        if (all[i][0] !== entry[0]) kept[kept.length++] = all[i];
        else if (!isSet) {
          kept[kept.length++] = entry;
          isSet = true;
        }
      }
      if (!isSet) kept[kept.length++] = entry;
      this.#list = kept;
    }

    static internals() {
      return {
        isForm: (value) => typeof value === "object" && value !== null && #list in value,
        pair: (form, index) => form.#list[index],
        // The boundary and the bytes.
        write: (form) => {
          const all = form.#list;
          const flat = { __proto__: null, length: 0 };
          for (let i = 0; i < all.length; i++) {
            const [name, value] = [all[i][0], all[i][1]];
            const isText = typeof value === "string";
            flat[flat.length++] = name;
            flat[flat.length++] = isText ? value : view(value);
            flat[flat.length++] = isText ? "" : nameOf(value);
            flat[flat.length++] = isText ? "" : describeBlob(value).type;
          }
          return native.writeForm(flat);
        },
        read: (type, bytes) => {
          const form = new FormData();
          const all = form.#list;
          const essence = native.essence(type);
          if (essence === "multipart/form-data") {
            const flat = native.readForm(type, bytes);
            if (flat === undefined) throw new TypeError("The body is not multipart/form-data as its type says");
            for (let i = 0; i < flat.length; i += 4) {
              const [name, value, file, kind] = [flat[i], flat[i + 1], flat[i + 2], flat[i + 3]];
              const entry = file === undefined ? value : fileOf(of(value, kind), file, undefined);
              all[all.length++] = [name, entry];
            }
          } else if (essence === "application/x-www-form-urlencoded") {
            const flat = native.parseQueryBytes(bytes);
            for (let i = 0; i < flat.length; i += 2) all[all.length++] = [flat[i], flat[i + 1]];
          } else {
            throw new TypeError(
              "The body is no form: its content-type is neither multipart/form-data nor " +
                "application/x-www-form-urlencoded",
            );
          }
          return form;
        },
        describe: (form) => {
          const all = form.#list;
          const lists = { __proto__: null }, shown = { __proto__: null };
          for (let i = 0; i < all.length; i++) {
            const list = (lists[all[i][0]] ??= { __proto__: null, length: 0 });
            list[list.length++] = all[i][1];
          }
          for (const name in lists) {
            shown[name] = lists[name].length === 1 ? lists[name][0] : native.array(lists[name]);
          }
          return shown;
        },
      };
    }
  }
  const { isForm, pair, write, read, describe } = FormData.internals();
  delete FormData.internals;
  iterable(FormData, pair);
  expose(FormData, { describe });
  return { FormData, internals: { isForm, write, read } };
};
