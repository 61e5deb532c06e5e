exports.hello = "hello ";
