const list = Array.from({ length: 2_000 }, (_, i) => ({ i }));
export const drop = (count) => {
  list.splice(0, count);
  return list.length;
};
export const first = () => list[0].i;
