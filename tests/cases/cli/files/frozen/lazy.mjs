export const load = async (name) => (await import(`./lib/${name}.mjs`)).default;
export const fail = () => {
  throw new Error("on purpose");
};
export const object = {
  name: "an object",
  who() {
    return this.name;
  },
};
