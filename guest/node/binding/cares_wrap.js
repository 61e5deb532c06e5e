// Names of hosts. The embedder resolves them as its system does; there are no other queries.
(tools, internalBinding, require) => {
  const { UV_EAI_NONAME, UV_EAI_AGAIN } = internalBinding("uv");
  const DNS_ORDER_VERBATIM = 0, DNS_ORDER_IPV4_FIRST = 1, DNS_ORDER_IPV6_FIRST = 2;
  const isIPv6 = (address) => address.includes(":");

  // What the embedder refuses is no failure of the system, and is passed on as it is.
  const fail = (req, error) => {
    if (error.code === "EAI_AGAIN") req.oncomplete(UV_EAI_AGAIN);
    else if (error.code === "ENOTFOUND") req.oncomplete(UV_EAI_NONAME);
    else (req.reject ?? req.callback).call(req, error);
  };
  function getaddrinfo(req, host, family, hints, order) {
    const later = (callback, value) => process.nextTick(callback, value);
    require("internal/jsvm/sockets").lookup(host).then(
      (found) => later(() => {
        let addresses = family === 0 ? found : found.filter((address) => isIPv6(address) === (family === 6));
        if (order !== DNS_ORDER_VERBATIM) {
          const isFirst = (address) => isIPv6(address) === (order === DNS_ORDER_IPV6_FIRST);
          addresses = [...addresses.filter(isFirst), ...addresses.filter((address) => !isFirst(address))];
        }
        if (addresses.length === 0) req.oncomplete(UV_EAI_NONAME);
        else req.oncomplete(null, addresses);
      }),
      (error) => later(() => fail(req, error)),
    );
    return 0;
  }

  // The eight groups of an address of IPv6.
  const groupsOf = (address) => {
    const { 0: plain } = address.split("%");
    const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(plain);
    const text = dotted === null ? plain
      : `${dotted[1]}${((dotted[2] << 8) | dotted[3]).toString(16)}:${((dotted[4] << 8) | dotted[5]).toString(16)}`;
    const { 0: head, 1: tail } = text.split("::");
    const parse = (part) => (part ? part.split(":").map((group) => Number.parseInt(group, 16)) : []);
    const { 0: before, 1: after } = [parse(head), parse(tail)];
    return [...before, ...Array(8 - before.length - after.length).fill(0), ...after];
  };
  const convertIpv6StringToBuffer = (address) => Uint8Array.from(groupsOf(address).flatMap((group) => [group >> 8, group & 255]));

  class ChannelWrap {
    getServers() { return []; }
    setServers() { return 0; }
    setLocalAddress() {}
    cancel() {}
  }
  // Addresses come from the system; other records are not asked for.
  const noQuery = (req) => {
    process.nextTick(() => req.oncomplete("ENOTIMP"));
    return 0;
  };
  const addresses = (family) => function(req, name) {
    getaddrinfo({
      __proto__: null,
      oncomplete: (error, found) => (error ? req.oncomplete("ENOTFOUND") : req.oncomplete(null, found, found.map(() => 0))),
      callback: (error) => (req.reject ?? req.callback).call(req, error),
    }, name, family, 0, DNS_ORDER_VERBATIM);
    return 0;
  };
  ChannelWrap.prototype.queryA = addresses(4);
  ChannelWrap.prototype.queryAaaa = addresses(6);
  for (const kind of ["Any", "Caa", "Cname", "Mx", "Ns", "Tlsa", "Txt", "Srv", "Ptr", "Naptr", "Soa"]) {
    ChannelWrap.prototype[`query${kind}`] = noQuery;
  }
  ChannelWrap.prototype.getHostByAddr = noQuery;

  return {
    AI_ADDRCONFIG: 32, AI_ALL: 16, AI_V4MAPPED: 8,
    DNS_ORDER_VERBATIM, DNS_ORDER_IPV4_FIRST, DNS_ORDER_IPV6_FIRST,
    GetAddrInfoReqWrap: class GetAddrInfoReqWrap {},
    GetNameInfoReqWrap: class GetNameInfoReqWrap {},
    QueryReqWrap: class QueryReqWrap {},
    ChannelWrap,
    getaddrinfo,
    getnameinfo: noQuery,
    convertIpv6StringToBuffer,
    groupsOf,
    canonicalizeIP: (address) => address,
    strerror: (code) => `${code}`,
  };
};
