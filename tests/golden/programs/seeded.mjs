console.log(Math.random());
setTimeout(() => console.log(Math.random(), crypto.randomUUID()), 20);
