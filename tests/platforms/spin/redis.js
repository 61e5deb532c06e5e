// Answers messages of Redis.
export const inboundRedis = {
  async handleMessage(message) {
    console.log(`got ${new TextDecoder().decode(message)}`);
  },
};
