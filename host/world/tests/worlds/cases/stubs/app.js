export const now = () => `${new Date().toISOString()} ${typeof performance.now()}`;
export const random = () => String(Math.random() >= 0 && crypto.randomUUID().length);
export const print = (text) => console.log(text);
