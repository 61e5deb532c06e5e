// Two lines down it
// goes wrong.
export const fails = () => undefined.x;
