import {
  formatTime,
  formatTimeValue,
  inferYear,
  type ListingTime,
  parseListingLine,
  parseTimeValue,
  precisionOf,
  toInstant,
} from "@longshore/ftp-listing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { civilFromDays, daysFromCivil } from "../src/calendar.ts";

function timeIn(date: string): ListingTime {
  const item = parseListingLine(`-rw-r--r-- 1 a b 5 ${date} name`);
  if (item.kind !== "entry" || item.modified === undefined) throw new Error(`no time in ${date}`);
  return item.modified;
}

describe("inferYear", () => {
  it.each([
    ["Feb 10 23:00", "2017-03-10T23:00:00Z", 2017],
    ["Sep 10 22:59", "2017-03-10T23:00:00Z", 2016],
    ["Aug 16 14:28", "2013-08-16T00:00:00Z", 2013],
    ["Aug 17 00:00", "2013-08-16T00:00:00Z", 2013],
    ["Aug 17 00:01", "2013-08-16T00:00:00Z", 2012],
    ["Jan  1 09:00", "2013-12-31T22:00:00Z", 2014],
    ["Dec 31 23:59", "2014-01-01T00:00:00Z", 2013],
    ["Feb 29 00:00", "2017-02-28T00:00:00Z", 2016],
    ["Feb 29 00:00", "1903-03-01T00:00:00Z", 1896],
    ["Feb 29 00:00", "2103-03-01T00:00:00Z", 2096],
  ])("takes %s, looked at on %s, to be of %i", (date, now, year) => {
    expect(inferYear(timeIn(date), Date.parse(now)).year).toBe(year);
  });

  it("leaves a year that was given, even in the future", () => {
    const time = timeIn("Jan 23  2019");
    expect(inferYear(time, Date.parse("2017-03-10T23:00:00Z"))).toBe(time);
  });
});

describe("toInstant", () => {
  it("needs a year", () => {
    expect(toInstant(timeIn("Jan 23 04:05"))).toBeUndefined();
  });

  it("takes the zone from the line, or else from the caller", () => {
    expect(toInstant(timeIn("2005-06-07 21:22"))).toBe(Date.UTC(2005, 5, 7, 21, 22));
    expect(toInstant(timeIn("2005-06-07 21:22"), 120)).toBe(Date.UTC(2005, 5, 7, 19, 22));
    expect(toInstant(timeIn("2005-06-07 21:22:33.5 -0130"), 120)).toBe(Date.UTC(2005, 5, 7, 22, 52, 33, 500));
    const time = parseTimeValue("20050607212233.25");
    expect(time && toInstant(time, 120)).toBe(Date.UTC(2005, 5, 7, 21, 22, 33, 250));
  });
});

describe("precision", () => {
  it.each([
    ["Jan 23  2019", "day", "2019-01-23"],
    ["Jan 23 04:05", "minute", "--01-23T04:05"],
    ["2005-06-07 21:22:33", "second", "2005-06-07T21:22:33"],
    ["2005-06-07 21:22:33.25 -0130", "fraction", "2005-06-07T21:22:33.25-01:30"],
  ])("of %s is the %s", (date, precision, text) => {
    expect(precisionOf(timeIn(date))).toBe(precision);
    expect(formatTime(timeIn(date))).toBe(text);
  });
});

describe("time-val (RFC 3659 §2.3)", () => {
  it("is inverted by its reader", () => {
    const instants = fc.integer({ min: Date.UTC(1000, 0), max: Date.UTC(9999, 11, 31) });
    fc.assert(
      fc.property(instants, (instant) => {
        const whole = Math.floor(instant / 1000) * 1000;
        const time = parseTimeValue(formatTimeValue(instant));
        expect(time && toInstant(time)).toBe(whole);
      }),
    );
  });

  it.each([
    ["2005060721223"],
    ["20050607212233."],
    ["20050607212233x5"],
    ["20051307212233"],
    ["20050231212233"],
    ["20050607242233"],
    ["20050607212261"],
    ["2005060721223３"],
    [""],
  ])("is not %s", (text) => {
    expect(parseTimeValue(text)).toBeUndefined();
  });

  it("has room for a leap second", () => {
    expect(parseTimeValue("20161231235960")?.second).toBe(60);
  });
});

it("the calendar agrees with the platform's", () => {
  fc.assert(
    fc.property(fc.integer({ min: -1_000_000, max: 3_000_000 }), (days) => {
      const date = new Date(days * 86_400_000);
      const civil = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
      expect(civilFromDays(days)).toEqual(civil);
      expect(daysFromCivil(civil.year, civil.month, civil.day)).toBe(days);
    }),
  );
});
