export const transform = () => ({ text: 7, tags: ["seven"] });
