// An object to whose property `_` is assigned what a function is then called with, after `args`.
module.exports = function toSetter(call, args = [], self = undefined) {
  return {
    set _(value) {
      call.apply(self, [...args, value]);
    },
  };
};
