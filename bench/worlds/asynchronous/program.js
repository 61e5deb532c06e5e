// The same program for all tools that make asynchronous components from JavaScript.
const CHUNK = 64 * 1024;

export const work = {
    add: async (a, b) => a + b,
    produce: async (size) =>
        (async function* () {
            const chunk = new Uint8Array(CHUNK);
            for (let left = size; left > 0; left -= CHUNK) yield chunk;
        })(),
    async consume(bytes) {
        let size = 0;
        for await (const chunk of bytes) size += chunk.length;
        return size;
    },
    upper: async (words) =>
        (async function* () {
            for await (const word of words) yield word.toUpperCase();
        })(),
};
