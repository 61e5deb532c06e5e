export const transform = () => ({
  get text() {
    throw new RangeError("it is a trap");
  },
  tags: [],
});
