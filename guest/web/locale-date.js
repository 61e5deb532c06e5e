// `toLocaleString`, `toLocaleDateString` and `toLocaleTimeString` of dates, for en-US.
(native, need) => {
  const { checkLocales, optionsOf, word, number, only, unavailable } = need("locale");
  const { apply } = native;
  const R = RangeError;
  const { slice, padStart, toUpperCase } = String.prototype;
  const { prototype } = Date;
  const { getTime } = prototype;

  const MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ];
  const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
  const UTC = { __proto__: null, UTC: 1, GMT: 1, "ETC/UTC": 1, "ETC/GMT": 1 };

  // The names are written out: `jsvm build` leaves out what a program does not name.
  const inUTC = {
    __proto__: null,
    FullYear: prototype.getUTCFullYear,
    Month: prototype.getUTCMonth,
    Date: prototype.getUTCDate,
    Day: prototype.getUTCDay,
    Hours: prototype.getUTCHours,
    Minutes: prototype.getUTCMinutes,
    Seconds: prototype.getUTCSeconds,
    Milliseconds: prototype.getUTCMilliseconds,
  };
  const inLocal = {
    __proto__: null,
    FullYear: prototype.getFullYear,
    Month: prototype.getMonth,
    Date: prototype.getDate,
    Day: prototype.getDay,
    Hours: prototype.getHours,
    Minutes: prototype.getMinutes,
    Seconds: prototype.getSeconds,
    Milliseconds: prototype.getMilliseconds,
  };

  const two = (value) => apply(padStart, "" + value, 2, "0");
  const cut = (name, style) =>
    style === "long" ? name : apply(slice, name, 0, style === "short" ? 3 : 1);

  // What the words of `dateStyle` and `timeStyle` mean.
  const DATE_STYLES = {
    __proto__: null,
    full: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
    long: { year: "numeric", month: "long", day: "numeric" },
    medium: { year: "numeric", month: "short", day: "numeric" },
    short: { year: "2-digit", month: "numeric", day: "numeric" },
  };
  const TIME_STYLES = {
    __proto__: null,
    full: { hour: "numeric", minute: "2-digit", second: "2-digit", timeZoneName: "long" },
    long: { hour: "numeric", minute: "2-digit", second: "2-digit", timeZoneName: "short" },
    medium: { hour: "numeric", minute: "2-digit", second: "2-digit" },
    short: { hour: "numeric", minute: "2-digit" },
  };

  const fieldsOf = (options, wanted) => {
    const digits = [undefined, "numeric", "2-digit"];
    const names = [undefined, "long", "short", "narrow"];
    const fields = {
      __proto__: null,
      weekday: word(options, "weekday", names),
      year: word(options, "year", digits),
      month: word(options, "month", [undefined, "numeric", "2-digit", "long", "short", "narrow"]),
      day: word(options, "day", digits),
      hour: word(options, "hour", digits),
      minute: word(options, "minute", digits),
      second: word(options, "second", digits),
      fraction: number(options, "fractionalSecondDigits", 1, 3),
      timeZoneName: word(options, "timeZoneName", [
        undefined, "short", "long", "shortOffset", "longOffset", "shortGeneric", "longGeneric",
      ]),
    };
    for (const name of ["era", "dayPeriod"]) {
      if (options[name] !== undefined) throw unavailable("the option " + name);
    }
    const dateStyle = word(options, "dateStyle", [undefined, "full", "long", "medium", "short"]);
    const timeStyle = word(options, "timeStyle", [undefined, "full", "long", "medium", "short"]);
    const hasDate = fields.weekday ?? fields.year ?? fields.month ?? fields.day;
    const hasTime = fields.hour ?? fields.minute ?? fields.second ?? fields.fraction;
    if (dateStyle !== undefined || timeStyle !== undefined) {
      if ((hasDate ?? hasTime ?? fields.timeZoneName) !== undefined) {
        throw new TypeError("Can't set option of a field when dateStyle or timeStyle is used");
      }
      if ((wanted === "date" && timeStyle !== undefined) || (wanted === "time" && dateStyle !== undefined)) {
        throw new TypeError("Invalid option : " + (wanted === "date" ? "timeStyle" : "dateStyle"));
      }
      return { __proto__: null, ...DATE_STYLES[dateStyle], ...TIME_STYLES[timeStyle], dateStyle };
    }
    const needsDate = wanted !== "time" && hasDate === undefined && (wanted === "date" || hasTime === undefined);
    const needsTime = wanted !== "date" && hasTime === undefined && (wanted === "time" || hasDate === undefined);
    if (needsDate) fields.year = fields.month = fields.day = "numeric";
    if (needsTime) fields.hour = fields.minute = fields.second = "numeric";
    return fields;
  };

  const writeDate = ({ weekday, year, month, day }, get) => {
    const dayText = day === undefined ? undefined : day === "2-digit" ? two(get("Date")) : "" + get("Date");
    let yearText;
    if (year !== undefined) {
      const full = get("FullYear");
      if (full < 1) throw unavailable("a year before our era");
      yearText = year === "2-digit" ? two(full % 100) : "" + full;
    }
    const weekdayText = weekday === undefined ? undefined : cut(DAYS[get("Day")], weekday);
    if (year !== undefined && day !== undefined && month === undefined) {
      throw unavailable("a date of a year and a day without a month");
    }
    if (weekday !== undefined && (month === undefined ? year : day ?? month) !== day) {
      throw unavailable("a date of a weekday without a day");
    }
    let date = yearText ?? dayText;
    if (month === "numeric" || month === "2-digit") {
      date = month === "2-digit" ? two(get("Month") + 1) : "" + (get("Month") + 1);
      if (dayText !== undefined) date += "/" + dayText;
      if (yearText !== undefined) date += "/" + yearText;
    } else if (month !== undefined) {
      date = cut(MONTHS[get("Month")], month);
      if (dayText !== undefined) date += " " + dayText;
      if (yearText !== undefined) date += (dayText === undefined ? " " : ", ") + yearText;
    }
    if (weekdayText === undefined) return date;
    if (date === undefined) return weekdayText;
    return month !== undefined && day !== undefined ? weekdayText + ", " + date : date + " " + weekdayText;
  };

  const writeTime = ({ hour, minute, second, fraction }, get, cycle) => {
    const decimals = fraction === undefined
      ? ""
      : apply(slice, apply(padStart, "" + get("Milliseconds"), 3, "0"), 0, fraction);
    if (hour === undefined) {
      if (minute === undefined && second === undefined) return decimals === "" ? undefined : decimals;
      if (minute === undefined) return get("Seconds") + (decimals === "" ? "" : "." + decimals);
      if (second !== undefined) {
        return two(get("Minutes")) + ":" + two(get("Seconds")) + (decimals === "" ? "" : "." + decimals);
      }
      if (decimals === "") return "" + get("Minutes");
    }
    if (minute === undefined && second !== undefined || second === undefined && decimals !== "") {
      throw unavailable("a time with this choice of hour, minute and second");
    }
    const hours = get("Hours");
    const shown = cycle === "h12" ? hours % 12 || 12 : cycle === "h11" ? hours % 12 : cycle === "h24" ? hours || 24 : hours;
    const is12 = cycle === "h12" || cycle === "h11";
    let time = hour === "2-digit" || !is12 ? two(shown) : "" + shown;
    if (minute !== undefined) time += ":" + two(get("Minutes"));
    if (second !== undefined) time += ":" + two(get("Seconds"));
    if (decimals !== "") time += "." + decimals;
    return is12 ? time + (hours < 12 ? " AM" : " PM") : time;
  };

  const cycleOf = (options) => {
    const { hour12 } = options;
    const cycle = word(options, "hourCycle", ["h12", "h11", "h23", "h24"]);
    return hour12 === undefined ? cycle : hour12 ? "h12" : "h23";
  };

  // `wanted` is "any", "date" or "time": the fields that are shown if none is asked for.
  const formatDate = (date, wanted, locales, given) => {
    const time = apply(getTime, date);
    if (time !== time) return "Invalid Date";
    checkLocales(locales);
    const options = optionsOf(given);
    only(options, "calendar", "gregory");
    only(options, "numberingSystem", "latn");
    const { timeZone } = options;
    let isUTC = native.isUTC();
    let zone = inLocal;
    if (timeZone !== undefined) {
      const name = native.text(timeZone);
      if (!UTC[apply(toUpperCase, name)] && name !== native.zoneName()) {
        throw new R(
          'toLocaleString: the time zone "' + name + '" is not available: there are UTC and the zone of this program, ' +
            native.zoneName(),
        );
      }
      if (UTC[apply(toUpperCase, name)]) {
        isUTC = true;
        zone = inUTC;
      }
    }
    const fields = fieldsOf(options, wanted);
    const cycle = cycleOf(options);
    const get = (name) => apply(zone[name], date);
    const dateText = writeDate(fields, get);
    let timeText = writeTime(fields, get, cycle);
    const { timeZoneName } = fields;
    if (timeZoneName !== undefined) {
      const isNamed = timeZoneName === "short" || timeZoneName === "long";
      if (!isUTC || !isNamed) throw unavailable("the option timeZoneName: " + timeZoneName + " of this time zone");
      if (fields.hour !== undefined && fields.minute === undefined && cycle !== "h12" && cycle !== "h11") {
        throw unavailable("an hour of 24 with a time zone, but without minutes");
      }
      const zoneText = timeZoneName === "short" ? "UTC" : "Coordinated Universal Time";
      timeText = timeText === undefined ? zoneText : timeText + " " + zoneText;
    }
    if (dateText === undefined) return timeText;
    if (timeText === undefined) return dateText;
    const { weekday, year, month, day, hour, minute } = fields;
    const hasTime = (minute ?? fields.second ?? fields.fraction) !== undefined;
    if (hour === undefined && hasTime) throw unavailable("a date with a part of a time");
    const isWeekdayAlone = weekday !== undefined && (year ?? month ?? day) === undefined;
    if (isWeekdayAlone && fields.fraction !== undefined) throw unavailable("a weekday with a fraction of a second");
    const is12 = cycle === "h12" || cycle === "h11";
    const isTight = isWeekdayAlone && timeZoneName === undefined && (is12 || minute !== undefined);
    return dateText + (month === "long" ? " at " : isTight ? " " : ", ") + timeText;
  };
  return { formatDate };
};
