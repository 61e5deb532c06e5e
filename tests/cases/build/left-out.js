// Reaches functions of the engine by names that do not occur in this file.
const name = (...pieces) => pieces.join("");
const uses = {
  property: () => [3, 1, 2][name("toSor", "ted")]().join(),
  getter: () => new ArrayBuffer(4)[name("resiz", "able")],
  text: () => (0, globalThis[name("ev", "al")])("1 + 1"),
  constructed: () => (() => {}).constructor("return 3")(),
  pattern: () => new globalThis[name("Reg", "Exp")]("b+").exec("abbc")[0],
  web: () => new globalThis[name("UR", "L")]("/b", "https://a.example/").href,
};

export default () => {
  for (const [use, run] of Object.entries(uses)) {
    try {
      console.log(use, run());
    } catch (error) {
      console.log(use, `${error.name}: ${error.message}`);
    }
  }
};
