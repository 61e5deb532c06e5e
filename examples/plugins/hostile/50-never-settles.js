export const transform = () => new Promise(() => {});
