// Addresses and lists of them: an address is one number.
(tools, internalBinding) => {
  const AF_INET = 2, AF_INET6 = 10;
  const MAPPED = 0xffff_0000_0000n;
  const numberOf = (address, family) => {
    const parts = family === AF_INET ? address.split(".") : internalBinding("cares_wrap").groupsOf(address);
    const bits = family === AF_INET ? 8n : 16n;
    let number = 0n;
    for (const part of parts) number = (number << bits) | BigInt(part);
    return family === AF_INET ? MAPPED | number : number;
  };
  const nameOf = (family) => (family === AF_INET ? "IPv4" : "IPv6");

  class SocketAddress {
    #flow;
    constructor(address, port, family, flow) {
      this.parts = { address, port, family, flowlabel: flow };
      this.number = numberOf(address, family);
      this.#flow = flow;
    }
    detail(out) { return Object.assign(out, this.parts); }
    flowlabel() { return this.#flow; }
  }

  class BlockList {
    #rules = [];
    #add(text, first, last) { this.#rules.unshift({ text, first, last }); }
    #remove(text) { this.#rules = this.#rules.filter((rule) => rule.text !== text); }
    #textOf(address) { return `Address: ${nameOf(address.parts.family)} ${address.parts.address}`; }
    #textOfRange(start, end) { return `Range: ${nameOf(start.parts.family)} ${start.parts.address}-${end.parts.address}`; }
    #textOfSubnet(network, prefix) { return `Subnet: ${nameOf(network.parts.family)} ${network.parts.address}/${prefix}`; }
    addAddress(address) { this.#add(this.#textOf(address), address.number, address.number); }
    addAddresses(all) { for (const address of all) this.addAddress(address); }
    addRange(start, end) {
      if (start.number > end.number) return false;
      this.#add(this.#textOfRange(start, end), start.number, end.number);
      return true;
    }
    addSubnet(network, prefix) {
      const free = BigInt((network.parts.family === AF_INET ? 32 : 128) - prefix);
      const first = (network.number >> free) << free;
      this.#add(this.#textOfSubnet(network, prefix), first, first | ((1n << free) - 1n));
    }
    removeAddress(address) { this.#remove(this.#textOf(address)); }
    removeRange(start, end) { this.#remove(this.#textOfRange(start, end)); }
    removeSubnet(network, prefix) { this.#remove(this.#textOfSubnet(network, prefix)); }
    check({ number }) { return this.#rules.some(({ first, last }) => first <= number && number <= last); }
    checkString(address, family) { return this.check({ number: numberOf(address, family) }); }
    clear() { this.#rules = []; }
    getRules() { return this.#rules.map((rule) => rule.text); }
    getSize() { return this.#rules.length; }
  }
  return { AF_INET, AF_INET6, FLOW_LABEL: 0, SocketAddress, BlockList };
};
