Error.prepareStackTrace = () => new Error('x').stack;
function f() { new Error('y').stack; f(); }
f();
