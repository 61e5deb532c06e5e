// Rejections that nobody has handled are remembered; one is handled after all.
const handled = Promise.reject(new Error('handled later'));
const never = Promise.reject(new RangeError('never handled'));
const thrown = (async () => { throw 'a string' })();
// --- frozen here, when no job is left ---
handled.catch((error) => console.log(error.message));
Promise.reject(new TypeError('made after'));
'rejected'
