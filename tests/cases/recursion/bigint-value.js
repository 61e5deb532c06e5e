const o = { valueOf() { return BigInt(o); } }; BigInt(o);
