(tools, internalBinding, require, data) => {
  const map = new Map(data.uv);
  const codes = {};
  for (const [number, [name]] of map) codes[`UV_${name}`] = number;
  return { ...codes, errname: (number) => map.get(number)?.[0] ?? `Unknown system error ${number}`, getErrorMap: () => map,
    getErrorMessage: (number) => map.get(number)?.[1] };
};
