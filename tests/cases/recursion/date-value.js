const o = { valueOf() { return new Date(o); } }; new Date(o);
