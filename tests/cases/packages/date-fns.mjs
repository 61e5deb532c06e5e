import { addBusinessDays, differenceInCalendarDays, eachWeekOfInterval, format, formatDistance, intervalToDuration, isValid, parse, parseISO, startOfWeek } from "date-fns";
import { de, ja } from "date-fns/locale";

const day = new Date(Date.UTC(2026, 0, 31, 12, 30, 15));
console.log(format(day, "yyyy-MM-dd'T'HH:mm:ss, EEEE do MMMM, 'quarter' Q, 'week' I"));
console.log(format(day, "PPPP", { locale: de }), format(day, "PPPP", { locale: ja }));
console.log(addBusinessDays(day, 3).toISOString(), startOfWeek(day, { weekStartsOn: 1 }).toISOString());
console.log(differenceInCalendarDays(parseISO("2026-03-01"), day), isValid(parseISO("2026-02-30")));
console.log(parse("7. März 2026", "d. MMMM yyyy", new Date(0), { locale: de }).toISOString());
console.log(formatDistance(day, new Date(Date.UTC(2026, 2, 1)), { addSuffix: true }));
console.log(intervalToDuration({ start: new Date(0), end: day }));
console.log(eachWeekOfInterval({ start: day, end: parseISO("2026-02-20") }).map((week) => format(week, "MMM d")));
