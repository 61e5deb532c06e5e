class B extends ArrayBuffer { static get [Symbol.species]() { return new B(1).slice(0); } } new B(1).slice(0);
