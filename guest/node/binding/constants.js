// The numbers of Linux.
(tools, internalBinding, require, data) => {
  const { constants } = data;
  for (const name of ["zlib", "trace"]) Object.freeze(constants[name]);
  return constants;
};
