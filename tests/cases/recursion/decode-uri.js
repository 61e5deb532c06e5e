const o = { toString() { return decodeURIComponent(o); } }; decodeURIComponent(o);
