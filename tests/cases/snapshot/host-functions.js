// Known by name: the function of the new process answers.
const methods = { host, twice: (x) => `${host(x)}, ${host(x)}` };
const bound = host.bind(null, 'bound'), mapped = ['a', 'b'];
class Caller { #call = host; call(x) { return this.#call(x) } }
const caller = new Caller();
const later = Promise.resolve('later').then(host);
// --- frozen here ---
console.log(host('hello'), '/', methods.host('method'), '/', methods.twice('x'));
console.log(bound(), '/', mapped.map((x) => host(x)), '/', caller.call('private'));
console.log(host === methods.host, host.name, host.length, typeof host);
later.then((text) => console.log(text));
try {
  host({ no: 'string' });
} catch (error) {
  console.log(error instanceof TypeError);
}
host('the end')
