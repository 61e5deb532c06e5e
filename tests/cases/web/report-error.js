console.log(typeof reportError, reportError.length);
try { reportError(); } catch (error) { console.log(error.name); }
reportError(new RangeError("reported"));
