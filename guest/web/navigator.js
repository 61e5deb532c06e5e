// `navigator` (HTML), as far as it says something of a VM.
(native) => {
  const { expose } = native;
  const userAgent = native.userAgent();
  // The one locale whose formats `toLocaleString` has.
  const language = "en-US";
  const languages = Object.freeze([language]);
  let allowed = true;

  class Navigator {
    #brand;
    constructor() {
      if (!allowed) throw new TypeError("Illegal constructor");
    }
    get userAgent() {
      this.#brand;
      return userAgent;
    }
    // A VM runs on one thread.
    get hardwareConcurrency() {
      this.#brand;
      return 1;
    }
    get language() {
      this.#brand;
      return language;
    }
    get languages() {
      this.#brand;
      return languages;
    }
    static describe(navigator) {
      navigator.#brand;
      return { hardwareConcurrency: 1, language, languages, userAgent };
    }
  }
  const { describe } = Navigator;
  delete Navigator.describe;
  expose(Navigator, { describe });
  const navigator = new Navigator();
  allowed = false;
  return { navigator, Navigator };
};
