// `toLocaleString` of numbers, with the options of ECMA-402, for the one locale that is here: en-US.
//
// An option that would change the text in a way that is not implemented is refused: no text is wrong
// without an error.
(native, need) => {
  const { apply } = native;
  const R = RangeError, T = TypeError;
  const { toUpperCase, toLowerCase, slice, repeat, padStart, indexOf } = String.prototype;
  const { toString: bigintText } = BigInt.prototype;
  const { toString: numberText } = Number.prototype;
  const call = (method, string, ...args) => apply(method, string, ...args);
  const text = (value) => native.text(value);

  const unavailable = (what) =>
    new R("toLocaleString: " + what + " is not available: there is no Intl here. Use another option, or a package that formats");

  // ------------------------------------------------------------------ locales and options

  // Refuses what does not include en-US. English without a country is that of the US.
  const checkLocales = (locales) => {
    if (locales === undefined) return;
    if (locales === null) throw new T("toLocaleString: the locales are null");
    const isText = typeof locales === "string";
    const length = isText ? 1 : locales.length >>> 0;
    let first;
    for (let i = 0; i < length; i++) {
      const tag = isText ? locales : locales[i];
      if (typeof tag !== "string" && (typeof tag !== "object" || tag === null)) {
        throw new T("toLocaleString: a locale is neither a string nor an object");
      }
      const name = text(tag);
      if (!native.isLocale(name)) throw new R("Incorrect locale information provided: " + name);
      const lower = call(toLowerCase, name);
      if (lower === "en" || lower === "en-us") return;
      first ??= name;
    }
    if (first !== undefined) {
      throw new R(
        'toLocaleString: the locale "' + first + '" is not available: there is only en-US. Name that, or use a ' +
          "package that formats",
      );
    }
  };
  const optionsOf = (options) => {
    if (options === undefined) return { __proto__: null };
    if (options === null) throw new T("toLocaleString: the options are null");
    return Object(options);
  };
  // One of some words; the first if it is left out.
  const word = (options, name, words) => {
    const value = options[name];
    if (value === undefined) return words[0];
    const given = text(value);
    for (let i = 0; i < words.length; i++) if (words[i] === given) return given;
    throw new R("Value " + given + " out of range for toLocaleString options property " + name);
  };
  const number = (options, name, least, most, otherwise) => {
    const value = options[name];
    if (value === undefined) return otherwise;
    const given = +value;
    if (!(given >= least && given <= most)) throw new R(name + " value is out of range.");
    return Math.floor(given);
  };
  // Refuses an option that has another value than the one that changes nothing.
  const only = (options, name, value) => {
    const given = options[name];
    if (given !== undefined && text(given) !== value) throw unavailable("the option " + name + ": " + text(given));
  };

  // ------------------------------------------------------------------ numbers

  const SYMBOLS = {
    __proto__: null, AUD: "A$", BRL: "R$", CAD: "CA$", CNY: "CN¥", EUR: "€", GBP: "£", HKD: "HK$", ILS: "₪", INR: "₹",
    JPY: "¥", KRW: "₩", MXN: "MX$", NZD: "NZ$", PHP: "₱", TWD: "NT$", USD: "$", VND: "₫", XAF: "FCFA",
    XCD: "EC$", XCG: "Cg.", XOF: "F\u202fCFA", XPF: "CFPF",
  };
  // Digits behind the point of currencies that have not two, as browsers have them (CLDR 44).
  const MINOR = { __proto__: null, BHD: 3, JOD: 3, KWD: 3, LYD: 3, OMR: 3, TND: 3 };
  const WHOLE =
    "AFN ALL BIF CLP COP DJF GNF HUF IDR IQD IRR ISK JPY KMF KPW KRW LAK LBP MGA MMK PKR PYG RWF SLL SOS SYP UGX VND " +
    "VUV XAF XOF XPF YER";
  const minorOf = (currency) => MINOR[currency] ?? (call(indexOf, WHOLE, currency) < 0 ? 2 : 0);

  // Digits of a finite number without sign, and how many of them are before the point.
  const decimal = (value) => {
    const isBig = typeof value === "bigint";
    const written = isBig ? apply(bigintText, value) : apply(numberText, value);
    const e = call(indexOf, written, "e");
    const mantissa = e < 0 ? written : call(slice, written, 0, e);
    const exponent = e < 0 ? 0 : +call(slice, written, e + 1);
    const dot = call(indexOf, mantissa, ".");
    let digits = dot < 0 ? mantissa : call(slice, mantissa, 0, dot) + call(slice, mantissa, dot + 1);
    let point = (dot < 0 ? mantissa.length : dot) + exponent;
    let zeros = 0;
    while (zeros < digits.length && digits[zeros] === "0") zeros++;
    digits = call(slice, digits, zeros);
    point -= zeros;
    return digits === "" ? { digits, point: 0 } : { digits, point };
  };
  // Rounds to the first `count` digits, halves away from zero.
  const rounded = ({ digits, point }, count) => {
    if (count >= digits.length) return { digits, point };
    if (count < 0) return { digits: "", point: 0 };
    const isUp = digits[count] >= "5";
    let kept = call(slice, digits, 0, count);
    if (isUp) {
      let at = count - 1;
      while (at >= 0 && kept[at] === "9") at--;
      if (at < 0) return { digits: "1", point: point + 1 };
      kept = call(slice, kept, 0, at) + (+kept[at] + 1);
    }
    return { digits: kept, point };
  };
  const trimmed = (fraction, least) => {
    let end = fraction.length;
    while (end > least && fraction[end - 1] === "0") end--;
    return call(slice, fraction, 0, end);
  };
  // Whole digits and those of the fraction.
  const split = ({ digits, point }) => {
    if (point <= 0) return ["0", digits === "" ? "" : call(repeat, "0", -point) + digits];
    const zeros = point - digits.length;
    return zeros >= 0
      ? [digits + call(repeat, "0", zeros), ""]
      : [call(slice, digits, 0, point), call(slice, digits, point)];
  };
  const grouped = (whole, least) => {
    if (whole.length < 3 + least) return whole;
    let out = "", end = whole.length;
    for (; end > 3; end -= 3) out = "," + call(slice, whole, end - 3, end) + out;
    return call(slice, whole, 0, end) + out;
  };

  const readNumberOptions = (options) => {
    only(options, "numberingSystem", "latn");
    only(options, "notation", "standard");
    const style = word(options, "style", ["decimal", "percent", "currency", "unit"]);
    if (style === "unit") throw unavailable("the style unit");
    let currency = options.currency;
    if (currency !== undefined) {
      currency = call(toUpperCase, text(currency));
      if (!native.isCurrency(currency)) throw new R("Invalid currency code : " + text(options.currency));
    }
    if (style === "currency" && currency === undefined) {
      throw new T("Currency code is required with currency style.");
    }
    const display = word(options, "currencyDisplay", ["symbol", "narrowSymbol", "code", "name"]);
    if (style === "currency" && (display === "narrowSymbol" || display === "name")) {
      throw unavailable("the option currencyDisplay: " + display);
    }
    const isAccounting = word(options, "currencySign", ["standard", "accounting"]) === "accounting";
    const whole = number(options, "minimumIntegerDigits", 1, 21, 1);
    let least = number(options, "minimumFractionDigits", 0, 100);
    let most = number(options, "maximumFractionDigits", 0, 100);
    const minor = style === "currency" ? minorOf(currency) : 0;
    const usualMost = style === "currency" ? minor : style === "percent" ? 0 : 3;
    if (least === undefined && most !== undefined) least = minor < most ? minor : most;
    least ??= minor;
    most ??= usualMost > least ? usualMost : least;
    if (least > most) throw new R("maximumFractionDigits value is out of range.");
    const hasDigits = options.minimumSignificantDigits !== undefined ||
      options.maximumSignificantDigits !== undefined;
    const leastDigits = number(options, "minimumSignificantDigits", 1, 21, 1);
    const mostDigits = number(options, "maximumSignificantDigits", leastDigits, 21, 21);
    only(options, "roundingIncrement", "1");
    only(options, "roundingMode", "halfExpand");
    only(options, "roundingPriority", "auto");
    const isStripped = word(options, "trailingZeroDisplay", ["auto", "stripIfInteger"]) === "stripIfInteger";
    const grouping = options.useGrouping;
    const groups = grouping === undefined || grouping === true ? "auto"
      : grouping === false || grouping === null ? undefined
      : text(grouping);
    if (groups !== undefined && groups !== "auto" && groups !== "always" && groups !== "min2" &&
        groups !== "true" && groups !== "false") {
      throw new R("Value " + groups + " out of range for toLocaleString options property useGrouping");
    }
    const sign = word(options, "signDisplay", ["auto", "never", "always", "exceptZero", "negative"]);
    return {
      style, currency, display, isAccounting, whole, least, most, hasDigits, leastDigits, mostDigits, isStripped,
      sign, groups,
    };
  };

  // The digits of a value that is not negative.
  const digitsOf = (value, format) => {
    let exact = decimal(value);
    if (format.style === "percent" && exact.digits !== "") exact = { digits: exact.digits, point: exact.point + 2 };
    let whole, fraction;
    if (format.hasDigits) {
      [whole, fraction] = split(rounded(exact, format.mostDigits));
      const digits = whole === "0" ? 0 : whole.length;
      let zeros = 0;
      if (digits === 0) while (zeros < fraction.length && fraction[zeros] === "0") zeros++;
      fraction = trimmed(fraction, 0);
      const shown = digits === 0 ? fraction.length - zeros : digits + fraction.length;
      const missing = format.leastDigits - (exact.digits === "" ? 1 : shown);
      if (missing > 0) fraction += call(repeat, "0", missing);
    } else {
      [whole, fraction] = split(rounded(exact, exact.point + format.most));
      fraction = trimmed(fraction, 0);
      if (fraction.length < format.least) fraction += call(repeat, "0", format.least - fraction.length);
    }
    if (format.isStripped && trimmed(fraction, 0) === "") fraction = "";
    whole = call(padStart, whole, format.whole, "0");
    const { groups } = format;
    if (groups !== undefined) whole = grouped(whole, groups === "min2" ? 2 : 1);
    return fraction === "" ? whole : whole + "." + fraction;
  };
  const isZero = (written) => {
    for (let i = 0; i < written.length; i++) if (written[i] >= "1" && written[i] <= "9") return false;
    return true;
  };

  const formatNumber = (value, locales, options) => {
    checkLocales(locales);
    const format = readNumberOptions(optionsOf(options));
    const isNegative = value < 0 || (value === 0 && 1 / value < 0);
    const magnitude = isNegative ? -value : value;
    const isNaN = magnitude !== magnitude;
    const isFinite = !isNaN && magnitude !== Infinity;
    let written = isNaN ? "NaN" : isFinite ? digitsOf(magnitude, format) : "∞";
    const zero = isNaN || (isFinite && isZero(written));
    if (format.style === "percent") written += "%";
    if (format.style === "currency") {
      const symbol = (format.display === "code" ? undefined : SYMBOLS[format.currency]) ?? format.currency;
      const last = symbol[symbol.length - 1];
      // A letter is kept apart from digits.
      written = symbol + (isFinite && last >= "A" && last <= "Z" ? "\u00a0" : "") + written;
    }
    let sign = "";
    switch (format.sign) {
      case "auto": sign = isNegative ? "-" : ""; break;
      case "always": sign = isNegative ? "-" : "+"; break;
      case "exceptZero": sign = zero ? "" : isNegative ? "-" : "+"; break;
      case "negative": sign = isNegative && !zero ? "-" : ""; break;
    }
    const isBracketed = sign === "-" && format.style === "currency" && format.isAccounting;
    return isBracketed ? "(" + written + ")" : sign + written;
  };

  // The elements of a list, separated by commas.
  const formatElements = (list, locales, options) => {
    const { length } = list;
    let out = "";
    for (let i = 0; i < length; i++) {
      const element = list[i];
      if (i > 0) out += ",";
      if (element !== undefined && element !== null) out += text(element.toLocaleString(locales, options));
    }
    return out;
  };

  return { formatNumber, formatElements, checkLocales, optionsOf, word, number, only, unavailable };
};
