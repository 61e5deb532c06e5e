console.log("log 1");
console.error("error 2");
console.info("info 3");
console.warn("warn 4");
console.debug("debug 5");
for (let i = 6; i < 40; i++) console.log("log", i);
console.error("error 40");
console.log("log 41");
