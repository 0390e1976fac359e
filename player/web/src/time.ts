/** Times as people read them. Pure: no document, no clock. */

const pad = (n: number): string => String(n).padStart(2, "0");

/** Seconds as `m:ss` or `h:mm:ss`; what is no number, or negative, reads as zero. */
export function clock(seconds: number): string {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0;
  const h = Math.floor(whole / 3600);
  const m = Math.floor((whole % 3600) / 60);
  const s = whole % 60;
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}

/** A wall-clock time, `19:04:09`, in a named zone (the reader's own without one, or where the name is unknown). */
export function wallClock(ms: number, zone?: string, withSeconds = true): string {
  if (!Number.isFinite(ms)) return "";
  const format: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (withSeconds) format.second = "2-digit";
  try {
    return new Intl.DateTimeFormat("en-GB", zone ? { ...format, timeZone: zone } : format).format(ms);
  } catch {
    return new Intl.DateTimeFormat("en-GB", format).format(ms);
  }
}

/** What is left until an instant, in the two largest units. */
export interface Remaining {
  days: number;
  hours: number;
  minutes: number;
  seconds: number;
}

/** Splits milliseconds into days, hours, minutes and seconds; nothing is left after the instant. */
export function remaining(ms: number): Remaining {
  const whole = Math.max(0, Math.ceil(ms / 1000));
  return {
    days: Math.floor(whole / 86400),
    hours: Math.floor((whole % 86400) / 3600),
    minutes: Math.floor((whole % 3600) / 60),
    seconds: whole % 60,
  };
}

/**
 * A moment out of a link: seconds since the recording's start on the wall clock.
 * Takes `95`, `95.5`, `95s`, `1m35s`, `1h2m3s`, `1:35` and `1:02:03`; anything else is none.
 */
export function parseMoment(text: string | null | undefined): number | undefined {
  const value = (text ?? "").trim().toLowerCase();
  if (value === "" || value.length > 16) return undefined;
  if (/^\d+(\.\d+)?s?$/.test(value)) return parseFloat(value);
  const units = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(value);
  if (units) return Number(units[1] ?? 0) * 3600 + Number(units[2] ?? 0) * 60 + Number(units[3] ?? 0);
  const colons = /^(?:(\d+):)?(\d{1,2}):(\d{2})$/.exec(value);
  if (colons) return Number(colons[1] ?? 0) * 3600 + Number(colons[2]) * 60 + Number(colons[3]);
  return undefined;
}

/** The address of a page at a moment: the same address with `t` set to whole seconds and no fragment. */
export function momentLink(page: string, seconds: number): string {
  const url = new URL(page);
  url.searchParams.set("t", String(Math.max(0, Math.floor(seconds))));
  url.hash = "";
  return url.href;
}
